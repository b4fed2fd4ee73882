import { openedAt } from "#exports/image-address.ts";
import { type ExportedFiles, notesOf, type Proposal } from "#exports/proposal.ts";

/** rsync's --files-from ends a line at either. */
const LINE_END = /[\r\n]/;

/** A path a line, best first, as `xargs -d '\n'` and `rsync --files-from` take it. */
export function pathListFiles({ images, place }: Proposal): ExportedFiles {
  const listed = images.map((image) => ({ id: image.path, path: openedAt(image, place) }));
  const broken = listed.filter(({ path }) => LINE_END.test(path)).map(({ id }) => id);
  const lines = listed.filter(({ path }) => !LINE_END.test(path)).map(({ path }) => `${path}\n`);
  return { files: { "paths.txt": lines }, notes: notesOf("list/paths.txt", "images", broken, "line ends in names") };
}
