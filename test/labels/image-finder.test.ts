import fc from "fast-check";
import { expect, test } from "vitest";
import { ImageFinder } from "#labels/image-finder.ts";
import type { NameKind } from "#labels/label-set.ts";
import { SuffixIndex } from "#labels/suffix-index.ts";

const FOLDERS = [
  { path: "/data/photos", prefix: "photos/" },
  { path: "/srv/set", prefix: "set/" },
];

function finder(ids: readonly string[]) {
  const images = new ImageFinder(ids, FOLDERS);
  return (name: string, nameIs: NameKind = "path", objectId?: string) => {
    const found = images.find({
      name,
      nameIs,
      label: { label: "", split: "" },
      place: "",
      ...(objectId ? { objectId } : {}),
    });
    return typeof found === "object" ? ids[found.row] : found;
  };
}

test.each([
  ["a/b.jpg", "a/b.jpg"],
  ["images/train/a/b.jpg", "a/b.jpg"],
  ["./a/../a//b.jpg", "a/b.jpg"],
  ["c:\\data\\a\\b.jpg", "a/b.jpg"],
  ["https://example.com/bucket/a/b.jpg?X-Amz=1/2#3", "a/b.jpg"],
  ["s3://bucket/a/b.jpg", "a/b.jpg"],
  ["e.jpg", "set/d/e.jpg"],
  ["/data/upload/7/1a2b3c4d-e.jpg", "set/d/e.jpg"],
  ["upload/7/1a2b3c4d-f.jpg", "1a2b3c4d-f.jpg"],
  ["/srv/set/d/e.jpg", "set/d/e.jpg"],
  ["file:///srv/set/g%20h%25.jpg", "set/g h%.jpg"],
  ["/data/local-files/?d=srv/set/g+h%25.jpg", "set/g h%.jpg"],
  ["http://localhost:8080/data/local-files/?d=set%2Fd%2Fe.jpg", "set/d/e.jpg"],
  ["set/g h%.jpg", "set/g h%.jpg"],
  ["x/g%20h%25.jpg", "set/g h%.jpg"],
  ["/srv/set/gone/e.jpg", undefined],
  ["nothing.jpg", undefined],
  ["", undefined],
  ["/", undefined],
  ["%E0%A4%A", undefined],
])("the name %j finds %j", (name, id) => {
  const find = finder(["1a2b3c4d-f.jpg", "a/b.jpg", "f.jpg", "set/d/e.jpg", "set/g h%.jpg"]);
  expect(find(name)).toBe(id);
});

test("a name that ends like several images finds none of them", () => {
  const find = finder(["a/1.jpg", "b/1.jpg", "c/x/2.jpg", "x/2.jpg"]);
  expect(find("1.jpg")).toBe("several");
  expect(find("c/1.jpg")).toBe("several");
  expect(find("images/b/1.jpg")).toBe("b/1.jpg");
  expect(find("x/2.jpg")).toBe("x/2.jpg");
  expect(find("y/x/2.jpg")).toBe("several");
  expect(find("c/x/2.jpg")).toBe("c/x/2.jpg");
});

test("an object id that an export gave along is believed before the name, unless no image has it", () => {
  const find = finder(["a.jpg", "set/a.jpg"]);
  expect(find("a.jpg", "path", "set/a.jpg")).toBe("set/a.jpg");
  expect(find("a.jpg", "path", "gone.jpg")).toBe("a.jpg");
});

test("an object id is taken as it stands, whatever it looks like", () => {
  const ids = ["=cmd()", "a\r\nb", "007", "1e5", "<script>\u2028", "C:\\x.jpg", "file:///x.jpg", "%41.jpg"];
  const find = finder(ids);
  for (const id of ids) {
    expect(find(id, "object-id")).toBe(id);
    expect(find(id)).toBe(id);
  }
  expect(find("x/007", "object-id")).toBeUndefined();
});

test("a name without extension finds the image whatever its extension, and not one of two", () => {
  const find = finder(["photos/a.b.jpg", "photos/c.jpg", "photos/c.png", "set/.hidden", "set/d"]);
  expect(find("/x/labels/photos/a.b", "stem")).toBe("photos/a.b.jpg");
  expect(find("/data/photos/a.b", "stem")).toBe("photos/a.b.jpg");
  expect(find("/data/photos/c", "stem")).toBe("several");
  expect(find("c", "stem")).toBe("several");
  expect(find("d", "stem")).toBe("set/d");
  expect(find("a", "stem")).toBeUndefined();
});

const part = fc.constantFrom("a", "b", "c", "");
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

test("the longest common end of whole parts is what comparing with every path finds", () => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), path, (paths, name) => {
      const common = (other: string) => {
        const [a, b] = [name.split("/").reverse(), other.split("/").reverse()];
        const differ = a.findIndex((each, i) => each !== b[i]);
        return differ < 0 ? a.length : differ;
      };
      const most = Math.max(...paths.map(common));
      const best = paths.filter((other) => common(other) === most);
      const found = new SuffixIndex(paths).find(name);
      if (most === 0) expect(found).toBeUndefined();
      else if (best.length > 1) expect(found).toBe("several");
      else expect(found).toEqual({ row: paths.indexOf(best[0]), parts: most });
    }),
    { seed: 9 },
  );
});

test("a hundred thousand names of images that are all called alike are found without comparing each with all", () => {
  const count = 100_000;
  const ids = Array.from({ length: count }, (_, i) => `set/${i % 100}/${i}/image.jpg`);
  const index = new SuffixIndex(ids);
  for (let i = 0; i < count; i++) {
    const row = (i * 7919) % count;
    // as many comparisons as there are pairs would take minutes
    if (index.find(`data/${row % 100}/${row}/image.jpg`) === undefined) throw new Error(ids[row]);
  }
  expect(index.find(`x/${count - 1}/image.jpg`)).toEqual({ row: count - 1, parts: 2 });
  expect(index.find("x/image.jpg")).toBe("several");
});
