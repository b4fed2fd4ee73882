import { SeededRandom } from "#base/seeded-random.ts";
import { serveProcess } from "#base/serve-process.ts";
import { pixelsOf } from "#calibration/edits/edit.ts";
import { editedCopies } from "#calibration/edits/edited-copies.ts";
import { type DecodedImage, type DecodeOptions, decodeImage } from "#images/decode-image.ts";
import { openPicture, type PictureLimits } from "#images/open-picture.ts";

/** Longer side of the pictures that are edited, in pixels: models see less of them. */
const EDITED_SIDE = 640;

/** Edited copies that are wanted of a picture. */
export interface CopyRequest {
  readonly path: string;
  readonly limits: PictureLimits;
  readonly options: DecodeOptions;
  readonly count: number;
  readonly seed: number;
}

/** An edited copy as a model sees it. */
export interface DecodedCopy extends Pick<DecodedImage, "pixels" | "views"> {
  readonly kind: string;
}

const handlers = {
  /** Copies of a picture, saved and decoded again as any file is; none where the picture cannot be read any more. */
  copies: async ({ path, limits, options, count, seed }: CopyRequest): Promise<DecodedCopy[]> => {
    const original = await openPicture(path, limits)
      .then((picture) => {
        const upright = picture.decode().autoOrient().flatten({ background: "white" });
        return pixelsOf(upright.resize(EDITED_SIDE, EDITED_SIDE, { fit: "inside", withoutEnlargement: true }));
      })
      .catch(() => undefined);
    if (!original) return [];
    const decoded: DecodedCopy[] = [];
    for await (const copy of editedCopies(original, count, new SeededRandom(seed))) {
      if (!copy) continue;
      const { pixels, views } = await decodeImage(copy.file, options, limits);
      decoded.push({ kind: copy.kind, pixels, views });
    }
    return decoded;
  },
};

export type CopyHandlers = typeof handlers;
serveProcess(handlers);
