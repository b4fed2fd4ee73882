import { isUtf8 } from "node:buffer";
import { fromWindows1252 } from "#spreadsheets/windows-1252.ts";

/** Bytes looked at for NULs, which tell UTF-16 without a byte order mark. */
const SAMPLE_BYTES = 4096;
const CHUNK_BYTES = 1 << 20;

export interface DecodedText {
  /** False: what is not ASCII may have been lost or taken for something else. */
  readonly isSure: boolean;
  /** False: the last line has no end, as in a file that was cut off. */
  readonly endsWithLine: boolean;
  /** The text in pieces, without byte order mark; can be asked for again. */
  chunks(): Iterable<string>;
}

/**
 * Text in one of the encodings that spreadsheets save: UTF-8 or UTF-16 with or without byte order mark; bytes that are neither are taken
 * for Windows-1252.
 *
 * @throws Error saying what is wrong with UTF-16, or that it is no text
 */
export function decodeText(bytes: Buffer): DecodedText {
  const encoding = encodingOf(bytes);
  const unitBytes = encoding.startsWith("utf-16") ? 2 : 1;
  const rest = bytes.subarray(markLength(bytes));
  if (rest.length % unitBytes !== 0) throw new Error("found half a character at the end, expected whole UTF-16");
  if (encoding !== "utf-16le" && encoding !== "utf-16be" && rest.includes(0)) {
    throw new Error("found a NUL character, expected text");
  }
  const last = rest.subarray(-unitBytes);
  const lastUnit =
    unitBytes === 1 ? last[0] : encoding === "utf-16le" ? last[0] | (last[1] << 8) : last[1] | (last[0] << 8);
  return {
    isSure: encoding !== "windows-1252",
    endsWithLine: rest.length === 0 || lastUnit === 10 || lastUnit === 13,
    chunks: () => (encoding === "windows-1252" ? chunksOfWindows1252(rest) : chunksOf(rest, encoding)),
  };
}

function encodingOf(bytes: Buffer): "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  let [even, odd] = [0, 0];
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) i % 2 === 0 ? even++ : odd++;
  const many = sample.length / 8;
  if (odd > many && odd > 8 * even) return "utf-16le";
  if (even > many && even > 8 * odd) return "utf-16be";
  return isUtf8(bytes) ? "utf-8" : "windows-1252";
}

function markLength(bytes: Buffer): number {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) ? 2 : 0;
}

function* chunksOf(bytes: Buffer, encoding: string): Generator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    yield decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true });
  }
  yield decoder.decode();
}

function* chunksOfWindows1252(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield fromWindows1252(bytes.subarray(at, at + CHUNK_BYTES));
}
