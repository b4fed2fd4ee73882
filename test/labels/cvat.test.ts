import { expect, test } from "vitest";
import { readWritten, toldBy } from "../support/label-files.ts";

// as https://docs.cvat.ai/docs/other/xml_format has it
function xml(images: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><name>some &lt;task&gt;</name><mode>annotation</mode>
    <labels><label><name>dog</name><attributes><attribute><name>object_id</name></attribute></attributes></label></labels>
  </task></meta>
${images}
</annotations>
`;
}

async function read(content: string) {
  return readWritten({ "annotations.xml": content }, "annotations.xml");
}

test("an image has the labels of its tags and shapes, parts of skeletons aside; one without has none", async () => {
  const content = xml(`
  <image id="0" name="a/1.jpg" width="64" height="48">
    <box label="dog" source="manual" occluded="0" xtl="1.0" ytl="2.0" xbr="3.0" ybr="4.0" z_order="0">
      <attribute name="age">3</attribute>
    </box>
    <polygon label="car" points="1,2;3,4;5,6"></polygon>
    <tag label="dog" source="manual"/>
  </image>
  <image id="1" name="a/2.jpg" width="64" height="48"></image>
  <!-- <image id="9" name="never.jpg"><tag label="x"/></image> -->
  <image id="2" name="a/3.jpg" subset="Validation"><skeleton label="person"><points label="nose" points="1,2"/></skeleton></image>
  <image id="3" name="a/4.jpg" subset="train"/>
  <image id="4" name="a/5.jpg" subset="default"/>`);
  const set = await read(content);
  expect(toldBy(set)).toEqual(["a/1.jpg: car;dog, ", "a/3.jpg: person, val", "a/4.jpg: , train"]);
  expect(set.claims[1].place).toBe("image 3");
});

test("the evidence of an export of ours is no label, and names the image", async () => {
  const evidence =
    '<tag label="twinsift"><attribute name="rank">1</attribute><attribute name="object_id">=a&#13;&#10;&quot;&amp;&#x1F600;</attribute></tag>';
  const set = await read(
    xml(`<image name="1.jpg">${evidence}<tag label="dog"/></image><image name="2.jpg">${evidence}</image>`),
  );
  expect(toldBy(set)).toEqual(["1.jpg: dog, "]);
  expect(set.claims[0].objectId).toBe('=a\r\n"&😀');
});

test("names with whatever XML escapes are what they were", async () => {
  const set = await read(
    xml(`<image name="&lt;script&gt; &amp;amp; &quot;1e5&apos;.jpg" ><tag label='a "b" &unknown;' /></image>`),
  );
  expect(toldBy(set)).toEqual([`<script> &amp; "1e5'.jpg: a "b" &unknown;, `]);
});

test.each<[string, RegExp]>([
  [
    xml('<image name="1.jpg">').slice(0, 400),
    /Cannot read label file ".*annotations.xml": .*export it again if it was cut off/,
  ],
  [xml('<image name="1.jpg"><tag label="x></image>'), /no tag or text in line \d+/],
  [xml("<image name='1.jpg'></tag>"), /<\/tag> closes nothing in line/],
  [xml("<image id='0'/>"), /image 1: found no name/],
  [
    xml('<track id="0" label="dog"><box frame="0"/></track>'),
    /found tracks of a video, expected what CVAT exports as "CVAT for/,
  ],
  ["<annotation><filename>1.jpg</filename></annotation>", /found XML of <annotation>, expected <annotations>/],
  ['<annotations>\n<image name="1.jpg"/>', /<annotations> is not closed/],
  ["", /Cannot read label file ".*annotations.xml": no tag/],
])("XML that is something else or cut off is an error that names the file: %#", async (content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});
