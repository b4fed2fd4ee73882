import { serve } from "#base/worker-thread.ts";
import { fromBytes, type GrayBytes } from "#data/gray-picture.ts";
import { comparePictures, isPlain } from "#matches/compare-pictures.ts";
import { findPlaces, type Place } from "#matches/find-places.ts";
import { PreparedPicture } from "#matches/prepared-picture.ts";

/** What the search for places told of a pair. */
export interface FirstLook {
  /** Neither picture shows anything, as pictures of one colour: laying them over each other tells nothing. */
  readonly arePlain: boolean;
  readonly places: readonly Place[];
}

const handlers = {
  look({ pictures, pairs }: { pictures: readonly GrayBytes[]; pairs: readonly (readonly [number, number])[] }) {
    const prepared = pictures.map((picture) => new PreparedPicture(fromBytes(picture)));
    return pairs.map(([a, b]): FirstLook => {
      const [first, second] = [prepared[a], prepared[b]];
      return { arePlain: isPlain(first.gray) && isPlain(second.gray), places: findPlaces(first, second) };
    });
  },
  compare({ first, second, places }: { first: GrayBytes; second: GrayBytes; places: readonly Place[] }) {
    return comparePictures(fromBytes(first), fromBytes(second), places);
  },
};

export type MatchHandlers = typeof handlers;
serve(handlers);
