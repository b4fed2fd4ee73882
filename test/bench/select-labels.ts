import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labelImages } from "#labels/label-images.ts";
import { readLabels } from "#labels/read-labels.ts";

// What labels of a million images cost to read and to match, each form in a process of its own.

const COUNT = 1_000_000;
const CLASSES = 100;

const IDS = {
  "names of their own": (i: number) => `folder ${i % 100}/${String(i).padStart(7, "0")}.jpg`,
  "one name in many folders": (i: number) => `a/${i % 1000}/${i}/image.jpg`,
};

type Ids = keyof typeof IDS;

const FORMS = {
  "labels.csv": (ids: readonly string[]) =>
    `path,label\n${ids.map((id, i) => `${id},class ${i % CLASSES}\n`).join("")}`,
  "coco.json": (ids: readonly string[]) =>
    JSON.stringify({
      images: ids.map((id, i) => ({ id: i, width: 64, height: 48, file_name: `images/train/${id}` })),
      annotations: ids.map((_, i) => ({ id: i, image_id: i, category_id: i % CLASSES, bbox: [1, 2, 3, 4] })),
      categories: Array.from({ length: CLASSES }, (_, id) => ({ id, name: `class ${id}` })),
    }),
  "label-studio.json": (ids: readonly string[]) =>
    JSON.stringify(
      ids.map((id, i) => {
        const result = [{ type: "choices", value: { choices: [`class ${i % CLASSES}`] } }];
        return { id: i, data: { image: `/data/local-files/?d=${encodeURIComponent(id)}` }, annotations: [{ result }] };
      }),
    ),
};

/** Seconds and peak memory of each form. */
export async function benchLabels(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "twinsift-labels-"));
  const results: Record<string, unknown> = {};
  try {
    for (const ids of Object.keys(IDS) as Ids[]) {
      for (const [form, text] of Object.entries(FORMS)) {
        const file = join(folder, form);
        await writeFile(file, text(Array.from({ length: COUNT }, (_, i) => IDS[ids](i))));
        const script = `import(${JSON.stringify(import.meta.url)}).then((bench) => bench.measure(...process.argv.slice(1)))`;
        const run = ["--import", "tsx", "-e", script, file, ids];
        results[`${form}, ${ids}`] = JSON.parse(execFileSync(process.execPath, run, { encoding: "utf8" }));
        console.error(`${form}, ${ids}: ${JSON.stringify(results[`${form}, ${ids}`])}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return results;
}

/** Called in a process of its own: prints what it measured. */
export async function measure(file: string, ids: Ids): Promise<void> {
  const images = Array.from({ length: COUNT }, (_, i) => {
    return { id: IDS[ids](i), reference: false, folderLabel: "", width: 1, height: 1, bytes: 1, sha256: "" };
  });
  const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);
  const before = megabytes();
  const start = performance.now();
  const sets = await readLabels([file]);
  const read = performance.now();
  const { labels } = labelImages(images, sets);
  const seconds = (ms: number) => Number((ms / 1000).toFixed(1));
  const times = { read: seconds(read - start), match: seconds(performance.now() - read) };
  const labeled = labels.filter((label) => label !== undefined).length;
  console.log(JSON.stringify({ ...times, labeled, megabytesBefore: before, megabytes: megabytes() }));
}
