import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ThumbnailLog } from "#artifacts/thumbnail-log.ts";
import { sha256 } from "#base/fingerprint.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const random = new SeededRandom(1);
const picture = (bytes: number) => Uint8Array.from({ length: bytes }, () => random.integer(0, 256));
const pictures = new Map(Array.from({ length: 300 }, (_, i) => [sha256(String(i)), picture(5000 + i)] as const));

async function open(path: string) {
  const cutOff: Uint8Array[] = [];
  const log = await ThumbnailLog.open(path, async (end) => {
    cutOff.push(end);
  });
  return { log, cutOff };
}

async function filled(): Promise<string> {
  const path = join(await temporaryFolder(), "thumbnails.log");
  const { log } = await open(path);
  for (const [hash, jpeg] of pictures) await log.add(hash, jpeg);
  await log.close();
  return path;
}

test("thumbnails are found again by the content of their files, and no others", async () => {
  const path = await filled();
  const { log, cutOff } = await open(path);
  for (const [hash, jpeg] of pictures) expect(Buffer.compare(log.get(hash) ?? Buffer.alloc(0), jpeg)).toBe(0);
  expect(log.get(sha256("another"))).toBeUndefined();
  expect(cutOff).toEqual([]);
  const { size } = await stat(path);
  await log.close();
  // nothing new, nothing written
  expect((await stat(path)).size).toBe(size);
});

test("of a file that was torn all thumbnails before the tear stay, and more can be added", async () => {
  const path = await filled();
  const content = await readFile(path);
  await writeFile(path, content.subarray(0, content.length - 10));
  const { log, cutOff } = await open(path);
  const known = [...pictures.keys()].filter((hash) => log.get(hash));
  expect(cutOff).toHaveLength(1);
  expect(known.length).toBeGreaterThan(100);
  expect(known).toEqual([...pictures.keys()].slice(0, known.length));
  await log.add(sha256("another"), picture(9));
  await log.close();
  await appendFile(path, "x");
  const again = await open(path);
  expect(again.cutOff.map(String)).toEqual(["x"]);
  expect(again.log.get(sha256("another"))).toHaveLength(9);
  await again.log.close();
});

test("thumbnails that nobody asks for any more are left out once they are most of a large file", async () => {
  const path = join(await temporaryFolder(), "thumbnails.log");
  const first = await open(path);
  for (let i = 0; i < 20; i++) await first.log.add(sha256(String(i)), new Uint8Array(1 << 20).fill(i));
  await first.log.close();
  const { size } = await stat(path);
  const second = await open(path);
  for (let i = 0; i < 3; i++) second.log.get(sha256(String(i)));
  await second.log.close();
  expect((await stat(path)).size).toBeLessThan(size / 6);
  const { log, cutOff } = await open(path);
  expect([0, 1, 2, 3].map((i) => log.get(sha256(String(i)))?.[0])).toEqual([0, 1, 2, undefined]);
  expect(cutOff).toEqual([]);
  await log.close();
});
