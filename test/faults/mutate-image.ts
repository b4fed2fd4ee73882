import { SeededRandom } from "#base/seeded-random.ts";
import { claimSize } from "./claim-size.ts";

/** An image file: bytes and what they are. */
export interface ImageBytes {
  /** The file's extension: jpg, png, webp, gif, tiff, avif, svg. */
  readonly format: string;
  readonly content: Buffer;
}

/** Ways to break a file; each gives new bytes and leaves the old ones as they are. */
const MUTATIONS: Readonly<Record<string, (image: ImageBytes, random: SeededRandom, other: ImageBytes) => Buffer>> = {
  "flip bits": ({ content }, random) => flipBits(content, random, random.integer(1, 33)),
  "flip bits of the header": ({ content }, random) => {
    const head = flipBits(content.subarray(0, Math.min(content.length, 64)), random, random.integer(1, 4));
    return Buffer.concat([head, content.subarray(head.length)]);
  },
  truncate: ({ content }, random) => Buffer.from(content.subarray(0, random.integer(0, content.length))),
  "blank a part": ({ content }, random) => {
    const [start, end] = slice(content, random);
    return Buffer.from(content).fill(random.pick([0x00, 0xff]), start, end);
  },
  "repeat a part": ({ content }, random) => {
    const [start, end] = slice(content, random);
    const part = content.subarray(start, end);
    return Buffer.concat([
      content.subarray(0, end),
      ...new Array(random.pick([1, 2, 50])).fill(part),
      content.subarray(end),
    ]);
  },
  "remove a part": ({ content }, random) => {
    const [start, end] = slice(content, random);
    return Buffer.concat([content.subarray(0, start), content.subarray(end)]);
  },
  "another's header": ({ content }, random, other) => {
    const length = random.integer(4, 200);
    return Buffer.concat([other.content.subarray(0, length), content.subarray(length)]);
  },
  "another's body": ({ content }, random, other) => {
    const at = random.integer(0, content.length);
    return Buffer.concat([content.subarray(0, at), other.content.subarray(random.integer(0, other.content.length))]);
  },
  "claim another size": (image, random) => {
    const side = () => random.pick([0, 1, 2, 255, 16_384, 32_767, 65_535, 0x7fff_ffff, 0xffff_ffff]);
    return claimSize(image, side(), side());
  },
};

export interface Mutant extends ImageBytes {
  readonly mutation: string;
}

/** `count` broken files, the same for the same seed and bases; all ways to break a file take turns over all bases. */
export function* mutants(bases: readonly ImageBytes[], count: number, seed: number): Generator<Mutant> {
  const random = new SeededRandom(seed);
  const ways = Object.keys(MUTATIONS);
  for (let number = 0; number < count; number++) {
    const mutation = ways[number % ways.length];
    const base = random.pick(bases);
    const others = bases.filter(({ format }) => format !== base.format);
    const other = random.pick(others.length > 0 ? others : bases);
    yield { format: base.format, mutation, content: MUTATIONS[mutation](base, random, other) };
  }
}

function flipBits(content: Buffer, random: SeededRandom, count: number): Buffer {
  const flipped = Buffer.from(content);
  for (let i = 0; i < count && flipped.length > 0; i++) {
    flipped[random.integer(0, flipped.length)] ^= 1 << random.integer(0, 8);
  }
  return flipped;
}

/** Where a part begins and ends; at most a quarter of the file. */
function slice(content: Buffer, random: SeededRandom): [number, number] {
  const start = random.integer(0, content.length);
  return [start, Math.min(content.length, start + random.integer(1, 2 + (content.length >> 2)))];
}
