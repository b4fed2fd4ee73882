import sharp from "sharp";

const SIDE = 32;
const KEPT = 8;

/** 64 bits of a picture, as pHash makes them: signs of the lowest frequencies of a 32 × 32 gray picture against their median. */
export async function perceptualHash(path: string): Promise<bigint> {
  const gray = await sharp(path).grayscale().resize(SIDE, SIDE, { fit: "fill" }).raw().toBuffer();
  const low: number[] = [];
  for (let v = 0; v < KEPT; v++) for (let u = 0; u < KEPT; u++) low.push(frequency(gray, u, v));
  const median = low.slice(1).sort((a, b) => a - b)[low.length >> 1];
  return low.reduce((bits, value, i) => (value > median ? bits | (1n << BigInt(i)) : bits), 0n);
}

const COSINES = Array.from({ length: KEPT }, (_, k) =>
  Array.from({ length: SIDE }, (_, n) => Math.cos((Math.PI * (2 * n + 1) * k) / (2 * SIDE))),
);

function frequency(gray: Buffer, u: number, v: number): number {
  let sum = 0;
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) sum += gray[y * SIDE + x] * COSINES[u][x] * COSINES[v][y];
  return sum;
}

export function hammingDistance(a: bigint, b: bigint): number {
  const [low, high] = [Number((a ^ b) & 0xffffffffn), Number((a ^ b) >> 32n)];
  return ones(low) + ones(high);
}

function ones(bits: number): number {
  let value = bits - ((bits >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return (((value + (value >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
