import { jsonArray, jsonTexts } from "#base/json-records.ts";
import { evidenceOf } from "#exports/evidence.ts";
import { loadedAt } from "#exports/image-address.ts";
import { type ExportedFiles, notesOf, type Proposal } from "#exports/proposal.ts";
import { isXmlText, xmlText } from "#exports/xml-text.ts";

/**
 * Tasks and a labeling configuration for Label Studio. Evidence stands in each task's `data`, which makes columns of it that can be
 * sorted and filtered.
 *
 * @see https://labelstud.io/guide/tasks.html#Basic-Label-Studio-JSON-format
 * @see https://labelstud.io/tags/choices.html
 */
export function labelStudioFiles({ images, classes, place }: Proposal): ExportedFiles {
  const tasks = images.map((image) => ({ data: { image: loadedAt(image, place), ...evidenceOf(image) } }));
  const unwritable = classes.filter((name) => !isXmlText(name));
  return {
    files: {
      "tasks.json": withLineEnd(jsonArray(jsonTexts(tasks))),
      "labeling-config.xml": [labelingConfig(classes.filter(isXmlText))],
    },
    notes: notesOf("label-studio/labeling-config.xml", "classes", unwritable, "control characters"),
  };
}

function* withLineEnd(chunks: Iterable<string>): Generator<string> {
  yield* chunks;
  yield "\n";
}

/** Without known classes their names are typed in. */
function labelingConfig(classes: readonly string[]): string {
  const choices = classes.map((name) => `    <Choice value="${xmlText(name)}"/>`);
  const control =
    choices.length > 0
      ? ['  <Choices name="label" toName="image" choice="single">', ...choices, "  </Choices>"]
      : ['  <TextArea name="label" toName="image" maxSubmissions="1" placeholder="class"/>'];
  const image = '  <Image name="image" value="$image" zoom="true"/>';
  return ["<View>", '  <Header value="$object_id"/>', image, ...control, "</View>", ""].join("\n");
}
