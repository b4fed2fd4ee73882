import { join } from "node:path";
import type { LabelSet } from "#labels/label-set.ts";
import { readLabels } from "#labels/read-labels.ts";
import { writeFiles } from "./pictures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Reads labels from what is written; paths of what is said are relative to its folder. */
export async function readWritten(files: Readonly<Record<string, string | object>>, path = ""): Promise<LabelSet> {
  const root = await temporaryFolder();
  const texts = Object.entries(files).map(([name, content]) => {
    return [name, typeof content === "string" ? content : JSON.stringify(content)] as const;
  });
  await writeFiles(root, Object.fromEntries(texts));
  const [set] = await readLabels([join(root, path)]);
  const relative = (text: string) => text.replaceAll(`${root}/`, "");
  const claims = set.claims.map((claim) => ({ ...claim, name: relative(claim.name), place: relative(claim.place) }));
  return { file: relative(set.file), claims, notes: set.notes.map(relative) };
}

/** `name: label, split` of each claim. */
export function toldBy({ claims }: LabelSet): string[] {
  return claims.map(({ name, label: { label, split } }) => `${name}: ${label}, ${split}`);
}
