import { serve } from "#base/worker-thread.ts";
import { fromBytes, type GrayBytes } from "#data/gray-picture.ts";
import { comparePictures, mayResemble } from "#matches/compare-pictures.ts";
import { PreparedPicture } from "#matches/prepared-picture.ts";

const handlers = {
  compare({ first, second }: { first: GrayBytes; second: GrayBytes }) {
    return comparePictures(fromBytes(first), fromBytes(second));
  },
  mayResemble({ pictures, pairs }: { pictures: readonly GrayBytes[]; pairs: readonly (readonly [number, number])[] }) {
    const prepared = pictures.map((picture) => new PreparedPicture(fromBytes(picture)));
    return pairs.map(([first, second]) => mayResemble(prepared[first], prepared[second]));
  },
};

export type MatchHandlers = typeof handlers;
serve(handlers);
