import { orderedMap } from "#base/ordered-map.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { HashedImage, ImageFile, UnreadableImage } from "#data/image-record.ts";
import { hashFile } from "#images/hash-file.ts";

const FILES_AT_ONCE = 16;

/** Reads every listed file once for its SHA-256, in id order; what cannot be read goes to `unreadable`. */
export async function* scan(
  files: readonly ImageFile[],
  { progress, unreadable }: { progress: Progress; unreadable: UnreadableImage[] },
): AsyncGenerator<HashedImage> {
  let done = 0;
  for await (const image of orderedMap(files, FILES_AT_ONCE, hashed)) {
    progress.update("scan", "files", ++done);
    if ("reason" in image) unreadable.push(image);
    else yield image;
  }
  progress.finish("scan");
}

async function hashed(file: ImageFile): Promise<HashedImage | UnreadableImage> {
  try {
    if (file.problem !== undefined) throw new Error(file.problem);
    return { ...file, ...(await hashFile(file.path)) };
  } catch (error) {
    return { id: file.id, stage: "scan", reason: messageOf(error).replaceAll(file.path, "the file") };
  }
}
