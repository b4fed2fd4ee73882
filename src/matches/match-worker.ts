import { serve } from "#base/worker-thread.ts";
import type { GrayPicture } from "#data/gray-picture.ts";
import { comparePictures } from "#matches/compare-pictures.ts";

const handlers = {
  compare({ first, second }: { first: GrayPicture; second: GrayPicture }) {
    return comparePictures(first, second);
  },
};

export type MatchHandlers = typeof handlers;
serve(handlers);
