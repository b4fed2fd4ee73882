import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ByteShelf, readBytes } from "#base/byte-shelf.ts";
import type { PipelineError } from "#base/pipeline-error.ts";
import type { DecodeOptions } from "#images/decode-image.ts";
import { PictureReader, type ReaderLimits } from "#images/picture-reader.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import { drawPicture } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const LIMITS: ReaderLimits = { maxPixels: 1e6, maxDecodedBytes: 1e7, maxSeconds: 60, maxMemory: 1000 };
const ODD_PROCESS = new URL("../support/odd-process.ts", import.meta.url);
const OPTIONS: DecodeOptions = {
  preset: { width: 8, height: 8, resize: "squash", kernel: "lanczos3" },
  views: ["mirrored", "corners"],
};

function openReader(changes: Partial<ReaderLimits> = {}, module?: URL): PictureReader {
  const reader = new PictureReader({ ...LIMITS, ...changes }, 1, { ...(module ? { module } : {}) });
  onTestFinished(() => reader.close());
  return reader;
}

async function fileOf(content: Buffer | string, name = "picture"): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

/** Why a picture could not be had. */
function problemOf(reading: Promise<unknown>): Promise<{ fault: string; reason: string }> {
  return reading.then(
    () => expect.fail("the picture was read"),
    (error) => {
      if (!(error instanceof UnreadablePicture)) throw error;
      return { fault: error.fault, reason: error.message };
    },
  );
}

/** An SVG whose turbulence takes minutes to compute. */
const SLOW_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"><filter id="f" x="0" y="0" width="1" height="1">${'<feTurbulence baseFrequency="0.05" numOctaves="9"/>'.repeat(60)}</filter><rect width="900" height="900" filter="url(#f)"/></svg>`;

test("a picture is had as if it were decoded here: with views, in gray, as a hash of its pixels", async () => {
  const reader = openReader();
  const file = await fileOf(await drawPicture(5, { width: 60, height: 40 }).png().toBuffer());
  const { pixels, views, width, height } = await reader.decode(file, OPTIONS);
  expect({ width, height, length: pixels.length }).toEqual({ width: 60, height: 40, length: 8 * 8 * 3 });
  expect(views.map((view) => view?.length)).toEqual(new Array(5).fill(8 * 8 * 3));
  const row = (bytes: Uint8Array | undefined) => Array.from({ length: 8 }, (_, i) => bytes?.[3 * i]);
  expect(row(views[0])).toEqual(row(pixels).reverse());
  const gray = await reader.gray(file, 30);
  expect(gray).toMatchObject({ width: 30, height: 20, values: expect.any(Uint8Array) });
  expect(gray.values.buffer.byteLength).toBe(30 * 20);
  const lossless = await fileOf(await drawPicture(5, { width: 60, height: 40 }).webp({ lossless: true }).toBuffer());
  expect(await reader.hashPixels(file)).toMatch(/^[0-9a-f]{64}$/);
  expect(await reader.hashPixels(lossless)).toBe(await reader.hashPixels(file));
});

test("a picture lies on a shelf as it would have been handed over, and a broken one takes no place", async () => {
  const shelf = ByteShelf.open(6 * 8 * 8 * 3, 1);
  const reader = new PictureReader(LIMITS, 1, { shelf });
  onTestFinished(async () => {
    await reader.close();
    shelf.close();
  });
  const file = await fileOf(await drawPicture(5, { width: 60, height: 40 }).png().toBuffer());
  expect((await problemOf(reader.shelve(await fileOf("no picture"), OPTIONS))).fault).toBe("content");
  const shelved = await reader.shelve(file, OPTIONS);
  const handed = await reader.decode(file, OPTIONS);
  expect({ place: shelved.place, width: shelved.width, height: shelved.height }).toEqual({
    ...{ place: 0, width: 60, height: 40 },
  });
  const lying = (at: number | undefined) => {
    const bytes = new Uint8Array(8 * 8 * 3);
    readBytes(shelf.file, bytes, at as number);
    return bytes;
  };
  expect(lying(shelved.pixels)).toEqual(new Uint8Array(handed.pixels));
  expect(shelved.views.map(lying)).toEqual(handed.views.map((view) => view && new Uint8Array(view)));
});

test("a process that was killed may still be writing: its place is not given out again", async () => {
  const shelf = ByteShelf.open(900 * 900 * 3, 1);
  const reader = new PictureReader({ ...LIMITS, maxSeconds: 1 }, 1, { shelf });
  onTestFinished(async () => {
    await reader.close();
    shelf.close();
  });
  const large: DecodeOptions = { preset: { ...OPTIONS.preset, width: 900, height: 900 }, views: [] };
  expect((await problemOf(reader.shelve(await fileOf(SLOW_SVG), large))).reason).toMatch(/took longer/);
  const file = await fileOf(await drawPicture(5).png().toBuffer());
  expect((await reader.shelve(file, OPTIONS)).place).toBe(shelf.placeBytes);
});

test("truncated files and what is no picture are refused with a reason that does not name the path", async () => {
  const reader = openReader();
  const jpeg = await drawPicture(3, { width: 300, height: 300 }).jpeg().toBuffer();
  const problem = async (content: Buffer | string) => problemOf(reader.decode(await fileOf(content), OPTIONS));
  const unsupported = { fault: "content", reason: "Input file contains unsupported image format" };
  expect(await problem(jpeg.subarray(0, jpeg.length / 2))).toEqual({
    fault: "content",
    reason: expect.stringMatching(/^VipsJpeg: premature end/),
  });
  expect(await problem("<html>not found</html>")).toEqual(unsupported);
  expect(await problem("no picture")).toEqual(unsupported);
  expect(await problem("")).toEqual(unsupported);
});

test("a picture of more pixels than allowed is refused with both numbers", async () => {
  const file = await fileOf(await drawPicture(3, { width: 300, height: 300 }).png().toBuffer());
  const reader = openReader({ maxPixels: 89_999 });
  for (const reading of [reader.decode(file, OPTIONS), reader.gray(file, 9), reader.hashPixels(file)]) {
    expect(await problemOf(reading)).toEqual({
      fault: "content",
      reason: "the picture has 0.09 megapixels, at most 0.08 are decoded",
    });
  }
});

test("a picture that takes too long is refused, and the next one is read", async () => {
  const reader = openReader({ maxSeconds: 1.5 });
  const slow = await fileOf(SLOW_SVG);
  const good = await fileOf(await drawPicture(6).png().toBuffer());
  expect(await problemOf(reader.hashPixels(slow))).toEqual({
    fault: "content",
    reason: "decoding took longer than 1.5 s",
  });
  expect((await reader.decode(good, OPTIONS)).width).toBe(64);
});

test.runIf(process.platform === "linux")("a picture that takes too much memory is refused", async () => {
  const reader = openReader({ maxPixels: 1e9, maxDecodedBytes: 1e10, maxMemory: 300 });
  const header = (side: number) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="50%" height="50%"/></svg>`;
  await reader.hashPixels(await fileOf(header(1000)));
  expect(await problemOf(reader.hashPixels(await fileOf(header(15_000))))).toEqual({
    fault: "content",
    reason: "decoding took more than 300 MB of memory",
  });
});

test("a picture whose process is ended once is read in another; at the second time it is at fault", async () => {
  const reader = openReader({}, ODD_PROCESS);
  const file = await fileOf("");
  expect(await reader.gray(file, 1)).toEqual({ width: 1, height: 1, values: Uint8Array.of(7) });
  expect(await problemOf(reader.hashPixels(file))).toEqual({
    fault: "content",
    reason: "decoding ended its process (SIGABRT)",
  });
});

test("a file that is gone, closed to us or no file is no fault of the picture", async () => {
  const reader = openReader();
  const file = await fileOf(await drawPicture(7).png().toBuffer());
  const problem = () => problemOf(reader.decode(file, OPTIONS));
  if (process.getuid?.() !== 0) {
    await chmod(file, 0);
    expect(await problem()).toEqual({ fault: "circumstances", reason: "EACCES: permission denied" });
  }
  await rm(file);
  expect(await problem()).toEqual({ fault: "circumstances", reason: "ENOENT: no such file or directory" });
  // a regular file by its look, whose beginning cannot be read
  if (process.platform === "linux") {
    const unread = await problemOf(reader.decode("/proc/self/mem", OPTIONS));
    expect(unread).toEqual({ fault: "circumstances", reason: "EIO: i/o error" });
  }
  const folder = await problemOf(reader.decode(join(file, ".."), OPTIONS));
  expect(folder).toEqual({ fault: "circumstances", reason: "not a regular file" });
});

test("processes that cannot start end the run and not the pictures", async () => {
  const reader = openReader({}, new URL("./no-such-module.ts", import.meta.url));
  const error: PipelineError = await reader.gray("picture", 1).then(
    () => expect.fail("the picture was read"),
    (error) => error,
  );
  expect(error).toMatchObject({ name: "PipelineError", message: expect.stringMatching(/Cannot start a process/) });
});
