import type { Table } from "#data/table.ts";
import { EVIDENCE, evidenceOf } from "#exports/evidence.ts";
import { openedAt } from "#exports/image-address.ts";
import { type ExportedFiles, notesOf, type Proposal, type ProposedImage } from "#exports/proposal.ts";

/** Ultralytics reads lists with Python's `splitlines`, which takes many of these for the end of a line. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** What may stand unescaped between YAML's double quotes; the rest, white space of other alphabets too, could be read as something else. */
const UNSAFE_IN_YAML = /[^ \p{L}\p{M}\p{N}\p{P}\p{S}]|["\\]/gu;

/**
 * A data set for Ultralytics YOLO: data.yaml with a list of images, which lie wherever they are, and the evidence as a table beside it.
 *
 * @see https://docs.ultralytics.com/datasets/detect/#ultralytics-yolo-format
 */
export function yoloFiles({ images, classes, place }: Proposal): ExportedFiles {
  const listed = images.map((image) => ({ image, path: openedAt(image, place) }));
  const lines = listed.filter(({ path }) => !CONTROL.test(path));
  const broken = listed.filter(({ path }) => CONTROL.test(path));
  return {
    files: { "data.yaml": [dataYaml(classes)], "candidates.txt": lines.map(({ path }) => `${path}\n`) },
    tables: { evidence: evidenceTable(listed) },
    notes: notesOf(
      "yolo/candidates.txt",
      "images",
      broken.map(({ image }) => image.path),
      "line ends and control characters in names",
    ),
  };
}

/** Ultralytics wants `val` too, which only the user can know, and one class at least. */
function dataYaml(classes: readonly string[]): string {
  const names = classes.length > 0 ? classes : ["object"];
  const about = classes.length > 0 ? [] : ["# no classes are known yet: write yours"];
  const lines = names.map((name, i) => `  ${i}: ${yamlText(name)}`);
  return ["train: candidates.txt", "val: # your validation images", ...about, "names:", ...lines, ""].join("\n");
}

/**
 * A text in double quotes, as YAML 1.1 and 1.2 read alike. The `yaml` package leaves some characters as they are that PyYAML, which
 * Ultralytics uses, refuses or takes for line ends.
 */
function yamlText(text: string): string {
  const escaped = text.replace(UNSAFE_IN_YAML, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return `\\U${(character.codePointAt(0) as number).toString(16).padStart(8, "0")}`;
  });
  return `"${escaped}"`;
}

function evidenceTable(listed: readonly { readonly image: ProposedImage; readonly path: string }[]): Table {
  const rows = listed.map(({ image, path }) => {
    const evidence = evidenceOf(image);
    return [path, ...EVIDENCE.map((name) => evidence[name] ?? undefined)];
  });
  return { columns: ["image", ...EVIDENCE], rows };
}
