import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { drawnFormats } from "../faults/drawn-formats.ts";
import { type KillTrial, killTrials } from "../faults/kill-trials.ts";
import { addMutants, mutantRun } from "../faults/mutant-run.ts";
import type { ImageBytes } from "../faults/mutate-image.ts";
import { freshDifferences, growth, type Night, runNights } from "../faults/nights.ts";
import { addPhoto, copyPhotos, filesUnder, makeOld, rankedAnew } from "../faults/picture-set.ts";
import { type FaultOptions, type FaultResult, outcome, problemsOf, short, spread } from "./faults-part.ts";

const KILLS = 200;
const KILLED_PHOTOS = 600;
const KILLED_SHARD_ROWS = 50;
const MUTANTS = 2000;
const MUTANT_LIMIT_SECONDS = 3600;
const NIGHTS = 24;
const MEGABYTE = 2 ** 20;
/** What the last nights may take as a multiple of early ones. */
const FLAT = 1.3;
/** What a second night with 1 % of new photos may take as a share of the first. */
const SECOND_NIGHT = 0.05;

/** Parts on real photos. */
export const PHOTO_PARTS = { kills, mutants, nights, "second-night": secondNight };

async function kills({ root, photos, photoFolder, count = KILLS, seed, tell }: FaultOptions): Promise<FaultResult> {
  const chosen = spread(photos, KILLED_PHOTOS);
  const set = await copyPhotos(root, chosen, { shardRows: KILLED_SHARD_ROWS, from: photoFolder });
  const onTrial = (trial: KillTrial) => {
    const { number, stages, repeatedRows, repeatedPairs, problems } = trial;
    const repeated = `${repeatedRows} rows and ${repeatedPairs} pairs repeated`;
    tell(`${number + 1} of ${count}: killed after ${stages.join(", ")}: ${repeated}, ${outcome(problems)}`);
  };
  const trials = await killTrials(set, { trials: count, seed, onTrial });
  const most = (of: (trial: KillTrial) => number) => Math.max(...trials.map(of));
  const sum = (of: (trial: KillTrial) => number) => trials.reduce((all, trial) => all + of(trial), 0);
  const stages = trials.flatMap((trial) => trial.stages);
  const met = [...new Set(stages)].map((stage) => `${stage} ${stages.filter((other) => other === stage).length}`);
  const figures = {
    trials: trials.length,
    kills: sum((trial) => trial.kills),
    "killed after": met.join(", "),
    "rows repeated at most": most((trial) => trial.repeatedRows),
    "pairs repeated at most": most((trial) => trial.repeatedPairs),
    "pairs repeated on average": short(sum((trial) => trial.repeatedPairs) / trials.length),
  };
  return { figures, problems: problemsOf(trials, ({ number }) => `trial ${number}`) };
}

async function mutants({ root, photos, photoFolder, count = MUTANTS, seed, tell }: FaultOptions): Promise<FaultResult> {
  const set = await copyPhotos(root, spread(photos, 20), { shardRows: 100, from: photoFolder });
  const odd = await filesUnder(join(photoFolder, "../odd"));
  await mkdir(join(set.images, "odd"));
  for (const file of odd) {
    await cp(file, join(set.images, "odd", basename(file)));
    await makeOld(join(set.images, "odd", basename(file)));
  }
  const bases = [...(await drawnFormats()), ...(await Promise.all([...odd, ...spread(photos, 20)].map(readImage)))];
  await addMutants(set, bases, { count, seed });
  tell(`${count} mutants of ${bases.length} files beside ${odd.length} odd ones`);
  const run = await mutantRun(set, MUTANT_LIMIT_SECONDS);
  const figures = {
    files: run.files,
    indexed: run.indexed,
    unreadable: run.unreadable,
    seconds: short(run.seconds),
    "second run (s)": short(run.secondSeconds),
    "peak memory (MB)": Math.round(run.peakBytes / MEGABYTE),
    "with children (MB)": Math.round(run.peakTreeBytes / MEGABYTE),
  };
  return { figures, problems: run.problems };
}

async function readImage(file: string): Promise<ImageBytes> {
  const format = extname(file).slice(1).toLowerCase().replace("jpeg", "jpg").replace(/^tif$/, "tiff");
  return { format, content: await readFile(file) };
}

async function nights({ root, photos, photoFolder, count = NIGHTS, tell }: FaultOptions): Promise<FaultResult> {
  const swapped = Math.floor(photos.length / (100 + count));
  const pool = spread(photos, swapped * count);
  const held = new Set(pool);
  const kept = photos.filter((photo) => !held.has(photo));
  const set = await rankedAnew(await copyPhotos(root, kept, { shardRows: 100, from: photoFolder }));
  const inPlace = await filesUnder(set.images);
  const change = async (night: number) => {
    for (const photo of inPlace.splice(0, swapped)) await rm(photo);
    const coming = pool.slice((night - 1) * swapped, night * swapped);
    for (const photo of coming) inPlace.push(await addPhoto(set.images, photo, photoFolder));
    return { added: swapped, removed: swapped };
  };
  const onNight = ({ night, seconds, indexBytes, problems }: Night) =>
    tell(`night ${night}: ${short(seconds)} s, index ${short(indexBytes / MEGABYTE)} MB, ${outcome(problems)}`);
  const done = await runNights(set, { output: join(root, "output"), nights: count, change, onNight });
  const problems = problemsOf(done, ({ night }) => `night ${night}`);
  problems.push(...(await freshDifferences(set, join(root, "output"), join(root, "fresh"))));
  const figures = {
    nights: count,
    photos: kept.length,
    "swapped a night": swapped,
    "first night (s)": short(done[0].seconds),
    "last night (s)": short(done[done.length - 1].seconds),
    "growth of time": short(growth(done, "seconds")),
    "growth of bytes": short(growth(done, "indexBytes")),
    "growth of files": short(growth(done, "indexFiles")),
  };
  for (const of of ["seconds", "indexBytes"] as const) {
    if (growth(done, of) > FLAT) problems.push(`${of} grew ${short(growth(done, of))} times`);
  }
  return { figures, problems };
}

async function secondNight({ root, photos, photoFolder, tell }: FaultOptions): Promise<FaultResult> {
  const added = Math.floor(photos.length / 101);
  const coming = spread(photos, added);
  const held = new Set(coming);
  const old = photos.filter((photo) => !held.has(photo));
  const set = await copyPhotos(root, old, { shardRows: 10_000, from: photoFolder });
  const change = async () => {
    for (const photo of coming) await addPhoto(set.images, photo, photoFolder);
    return { added, removed: 0 };
  };
  const output = join(root, "output");
  const onNight = ({ night, seconds }: Night) => tell(`night ${night}: ${short(seconds)} s`);
  const [first, second] = await runNights(set, { output, nights: 1, change, onNight });
  const different = await freshDifferences(set, output, join(root, "fresh"));
  // candidates stay first in line, which a fresh run does not know of
  const problems = [...second.problems, ...different.filter((line) => !line.startsWith("candidates."))];
  const share = second.seconds / first.seconds;
  const figures = {
    photos: old.length,
    added,
    "first night (s)": short(first.seconds),
    "second night (s)": short(second.seconds),
    share: `${(100 * share).toFixed(1)} % (must ${100 * SECOND_NIGHT} %${share > SECOND_NIGHT ? ", missed" : ""})`,
  };
  return { figures, problems };
}
