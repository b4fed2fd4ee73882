import { EVIDENCE, evidenceOf } from "#exports/evidence.ts";
import type { ProposedImage } from "#exports/proposal.ts";
import { xmlText } from "#exports/xml-text.ts";

/** An image under its name below the root of CVAT's share, or of a bucket. */
export interface StoredImage {
  readonly image: ProposedImage;
  readonly name: string;
}

/** A label as CVAT's constructor takes it under "Raw". */
interface CvatLabel {
  readonly name: string;
  readonly type: "any" | "tag";
  readonly attributes: readonly CvatAttribute[];
}

interface CvatAttribute {
  readonly name: string;
  readonly mutable: boolean;
  readonly input_type: "text";
  readonly default_value: string;
  readonly values: readonly string[];
}

/**
 * The known classes, for any shape or for whole images, and last a label whose tags hold the evidence.
 *
 * @see https://docs.cvat.ai/docs/manual/basics/create_an_annotation_task/#raw
 */
export function labelsOf(classes: readonly string[]): CvatLabel[] {
  let evidence = "twinsift";
  while (classes.includes(evidence)) evidence += "-evidence";
  const attributes = EVIDENCE.map(
    (name): CvatAttribute => ({ name, mutable: false, input_type: "text", default_value: "", values: [""] }),
  );
  const known = classes.map((name): CvatLabel => ({ name, type: "any", attributes: [] }));
  return [...known, { name: evidence, type: "tag", attributes }];
}

/**
 * "CVAT for images 1.1": the evidence of each image as a tag.
 *
 * @see https://docs.cvat.ai/docs/other/xml_format
 */
export function* annotationsXml(images: readonly StoredImage[], labels: readonly CvatLabel[]): Generator<string> {
  yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n';
  yield `  <meta>\n    <task>\n      <name>What to label next</name>\n      <size>${images.length}</size>\n`;
  yield "      <mode>annotation</mode>\n      <labels>\n";
  for (const label of labels) yield labelXml(label);
  yield "      </labels>\n    </task>\n  </meta>\n";
  const evidence = labels[labels.length - 1].name;
  for (const [i, { image, name }] of images.entries()) {
    yield `  <image id="${i}" name="${xmlText(name)}" width="${image.width}" height="${image.height}">\n`;
    yield `    <tag label="${xmlText(evidence)}" source="auto">\n`;
    const values = evidenceOf(image);
    for (const field of EVIDENCE) {
      const value = values[field];
      if (value !== null) yield `      <attribute name="${field}">${xmlText(String(value))}</attribute>\n`;
    }
    yield "    </tag>\n  </image>\n";
  }
  yield "</annotations>\n";
}

function labelXml({ name, type, attributes }: CvatLabel): string {
  const lines = [`<name>${xmlText(name)}</name>`, `<type>${type}</type>`, "<attributes>"];
  for (const attribute of attributes) {
    lines.push(`  <attribute><name>${attribute.name}</name><mutable>False</mutable>`);
    lines.push("  <input_type>text</input_type><default_value></default_value><values></values></attribute>");
  }
  const inner = [...lines, "</attributes>"].map((line) => `          ${line}\n`).join("");
  return `        <label>\n${inner}        </label>\n`;
}
