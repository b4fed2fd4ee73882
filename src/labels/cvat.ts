import { readFile } from "node:fs/promises";
import { classLabel } from "#labels/class-label.ts";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { SharedLabels } from "#labels/shared-labels.ts";
import { splitNamed } from "#labels/split-name.ts";
import { type XmlToken, xmlTokens } from "#labels/xml-tags.ts";

/**
 * Labels of "CVAT for images 1.1" (https://docs.cvat.ai/docs/other/xml_format): an image has the labels of its tags and shapes. One without
 * has no label, as CVAT does not tell whether anybody looked at it. A tag with an attribute `object_id` is none but the evidence that an
 * export of ours gave along.
 *
 * @throws PipelineError `settings` naming the file: no XML, cut off, or something else than CVAT's images
 */
export async function readCvat(file: string): Promise<LabelSet> {
  const images = new CvatImages(file);
  try {
    const xml = (await readFile(file, "utf8")).replace(/^\ufeff/, "");
    for (const token of xmlTokens(xml)) images.add(token);
    if (!images.hasRoot) throw new Error("no tag");
  } catch (error) {
    throw unreadableLabels(file, error, "; export it again if it was cut off");
  }
  return { file, claims: images.claims, notes: [] };
}

/** The image that is being read. */
interface Image {
  readonly name: string;
  readonly split: string;
  readonly classes: string[];
  objectId: string | undefined;
}

/** Places in the tree: annotations, image, shape, attribute. */
const [ROOT, IMAGE, SHAPE, ATTRIBUTE] = [1, 2, 3, 4];

class CvatImages {
  readonly #file: string;
  /** Of the images that were read to their end. */
  readonly claims: LabelClaim[] = [];
  readonly #labels = new SharedLabels();
  /** Whether there was any tag. */
  hasRoot = false;
  #depth = 0;
  #number = 0;
  #image: Image | undefined;
  /** Of the tag or shape that is being read. */
  #label: string | undefined;
  #isEvidence = false;
  /** Of the attribute `object_id`. */
  #objectId: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  add(token: XmlToken): void {
    if (token.kind === "open") {
      this.#depth++;
      this.hasRoot = true;
      this.#open(token.name, token.attributes);
    } else if (token.kind === "close") {
      this.#close();
      this.#depth--;
    } else if (this.#objectId !== undefined) this.#objectId += token.text;
  }

  #open(name: string, { name: named, label, subset = "" }: Readonly<Record<string, string>>): void {
    if (this.#depth === ROOT && name !== "annotations") throw this.#problem("", `XML of <${name}>`, "<annotations>");
    if (this.#depth === IMAGE && name === "track")
      throw this.#problem("", "tracks of a video", 'what CVAT exports as "CVAT for images"');
    if (this.#depth === IMAGE && name === "image") {
      this.#number++;
      if (named === undefined) throw this.#problem(`image ${this.#number}`, "no name", "a file's name");
      const split = splitNamed(subset.toLowerCase()) ?? "";
      this.#image = { name: named, split, classes: [], objectId: undefined };
    }
    if (this.#depth === SHAPE) [this.#label, this.#isEvidence] = [label, false];
    if (this.#depth === ATTRIBUTE && name === "attribute" && named === "object_id") this.#objectId = "";
  }

  #close(): void {
    const image = this.#image;
    if (!image) return;
    if (this.#depth === ATTRIBUTE && this.#objectId !== undefined) {
      [image.objectId, this.#objectId, this.#isEvidence] = [this.#objectId, undefined, true];
    } else if (this.#depth === SHAPE && this.#label && !this.#isEvidence) image.classes.push(this.#label);
    else if (this.#depth === IMAGE) {
      this.#image = undefined;
      const { name, split, classes, objectId } = image;
      const label = this.#labels.of(classLabel(classes), split);
      if (label.label === "" && split === "") return;
      this.claims.push({ name, nameIs: "path", objectId, label, place: `image ${this.#number}` });
    }
  }

  #problem(place: string, found: string, expected: string) {
    return labelProblem(this.#file, place, found, expected);
  }
}
