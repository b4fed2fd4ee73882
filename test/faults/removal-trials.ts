import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "#base/fingerprint.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { folderState } from "../support/folder-state.ts";
import { type MadeReports, writeReports, writeReviewed } from "../support/written-reports.ts";
import { describeFault, type Fault, readLog, withFault, withLog } from "./fault-layer.ts";
import { lastLine, PipelineProcess, type ProcessEnd, type StartOptions } from "./pipeline-process.ts";

/** Kills first: they are met most often. */
const FAULTS: readonly Fault[] = [
  { of: "change", action: "kill-before" },
  { of: "change", action: "kill-after" },
  { of: "change", action: "tear-kill" },
  { of: "change", action: "kill-before" },
  { of: "change", action: "kill-after" },
  { of: "change", action: "fail", code: "EROFS" },
  { of: "change", action: "fail", code: "EACCES" },
  { of: "change", action: "tear", code: "ENOSPC" },
];

/** What comes after an apply that was killed or met a faulty disk; each ends with an undo that nothing disturbs. */
const SEQUELS = ["undo", "resume", "apply again", "killed resume", "killed undo", "killed undo, resume"] as const;
type Sequel = (typeof SEQUELS)[number];

/** A way to remove files. */
interface Way {
  readonly name: "quarantine" | "other device" | "hardlink" | "delete";
  readonly flags: (made: MadeReports) => Promise<readonly string[]>;
}

export interface RemovalTrial {
  readonly number: number;
  readonly way: Way["name"];
  readonly kill: string;
  readonly sequel: Sequel;
  /** How many processes were killed before they had ended by themselves. */
  readonly kills: number;
  /** What was wrong; empty when all is well. */
  readonly problems: readonly string[];
}

export interface RemovalTrialOptions {
  readonly trials: number;
  readonly seed: number;
  readonly onTrial?: (trial: RemovalTrial) => void;
}

const MEMORY = "/dev/shm";

/**
 * Kills applies, and what follows them, at file operations and moments spread over their whole duration, or lets operations fail. In between no content may be
 * missing; after an undo every file must be as it was: bytes, time, permissions.
 */
export async function removalTrials(root: string, options: RemovalTrialOptions): Promise<RemovalTrial[]> {
  const random = new SeededRandom(options.seed);
  const ways = await waysFor(root);
  const lengths = new Map<Way, Length>();
  for (const way of ways) lengths.set(way, await lengthOf(way, join(root, "length")));
  const trials: RemovalTrial[] = [];
  for (let number = 0; number < options.trials; number++) {
    const way = ways[number % ways.length];
    const folder = join(root, "trial");
    const trial = await removalTrial(folder, { number, way, length: lengths.get(way) as Length, random });
    await rm(folder, { recursive: true, force: true });
    options.onTrial?.(trial);
    trials.push(trial);
  }
  return trials;
}

async function waysFor(root: string): Promise<Way[]> {
  const ways: Way[] = [
    { name: "quarantine", flags: async () => [] },
    { name: "hardlink", flags: async () => ["--hardlink"] },
    { name: "delete", flags: async () => ["--delete"] },
  ];
  if (!existsSync(MEMORY) || (await stat(MEMORY)).dev === (await stat(root)).dev) return ways;
  const elsewhere = async () => ["--quarantine", await mkdtemp(join(MEMORY, "twinsift-faults-"))];
  return [...ways, { name: "other device", flags: elsewhere }];
}

/** What an undisturbed apply takes. */
interface Length {
  readonly operations: number;
  readonly seconds: number;
}

async function lengthOf(way: Way, folder: string): Promise<Length> {
  const scene = await makeScene(folder, way);
  // the first start of a new version takes longer than those that will be killed
  await run(scene, "apply", ["--help"]);
  const log = join(folder, "../operations.log");
  const end = await run(scene, "apply", scene.apply, withLog(folder, log));
  if (end.exitCode !== 0) throw new Error(`An apply that nothing disturbed failed: ${end.stderr}`);
  const operations = (await readLog(log)).filter(({ kind }) => kind === "change").length;
  await Promise.all([rm(folder, { recursive: true }), rm(log), clearElsewhere(scene)]);
  return { operations, seconds: end.seconds };
}

interface Scene extends MadeReports {
  /** Arguments of the apply. */
  readonly apply: readonly string[];
  readonly before: Readonly<Record<string, string>>;
  /** SHA-256 of a file outside, to which one of the images is a link. */
  readonly outside: string;
  /** Where files may be besides the image folder. */
  readonly quarantine: string;
}

/** Four groups, some in folders and of hard names; only what is replaced or deleted has an equal, from which it can come back. */
async function makeScene(folder: string, { name: way, flags }: Way): Promise<Scene> {
  await mkdir(folder, { recursive: true });
  const groups = ["", "a/", "a/b \u2028/", "new\nline/"].map((parent, i) =>
    ["keep.jpg", "1.jpg", "2.jpg", "=3().jpg"].map((name) => ({
      path: `${parent}${name}`,
      content: contentOf(way, i, name),
    })),
  );
  const made = await writeReports(folder, { groups, others: { "alone.jpg": "alone" } });
  await rename(join(made.images, "a/2.jpg"), join(folder, "outside.jpg"));
  await symlink("../../outside.jpg", join(made.images, "a/2.jpg"));
  const names = groups.flatMap((group) => group.slice(1).map(({ path }) => path));
  const file = await writeReviewed(made, Object.fromEntries(names.map((path) => [path, "drop"])));
  const more = await flags(made);
  const quarantine = more[0] === "--quarantine" ? more[1] : join(made.output, "quarantine");
  const outside = sha256(await readFile(join(folder, "outside.jpg")));
  return { ...made, outside, apply: [file, "--yes", ...more], before: await folderState(made.images), quarantine };
}

function contentOf(way: Way["name"], group: number, name: string): string {
  return way === "hardlink" || way === "delete" ? `group ${group}` : `group ${group}, ${name}`;
}

function run(
  { output }: MadeReports,
  command: "apply" | "undo",
  args: readonly string[],
  options: StartOptions = {},
): Promise<ProcessEnd> {
  return start({ output }, command, args, options).ended;
}

function start(
  { output }: Pick<MadeReports, "output">,
  command: "apply" | "undo",
  args: readonly string[],
  options: StartOptions,
): PipelineProcess {
  return new PipelineProcess([...args, "--output", output], { ...options, command: `src/commands/${command}.ts` });
}

async function removalTrial(
  folder: string,
  { number, way, length, random }: { number: number; way: Way; length: Length; random: SeededRandom },
): Promise<RemovalTrial> {
  const scene = await makeScene(folder, way);
  const sequel = random.pick(SEQUELS);
  const ends: ProcessEnd[] = [];
  const problems: string[] = [];
  const killed = async (command: "apply" | "undo", args: readonly string[]) => {
    // every fourth is killed at a moment, which meets what is no operation on files as well
    const { end, kill } = await runKilled(scene, command, args, { length, random, isTimed: number % 4 === 3 });
    ends.push(end);
    if (/bug of twinsift/.test(end.stderr)) problems.push(`a ${command} that met ${kill} said ${lastLine(end)}`);
    problems.push(...(await lossProblems(scene)).map((line) => `after a killed ${command}, ${line}`));
    return kill;
  };
  const whole = async (command: "apply" | "undo", args: readonly string[]) => {
    let end = await run(scene, command, args);
    // who was killed while it took the lock over keeps others out for ten seconds
    for (let wait = 0; end.exitCode === 3 && wait < 3; wait++) {
      await sleep(5000);
      end = await run(scene, command, args);
    }
    if (end.exitCode !== 0)
      problems.push(`${command} ${args.join(" ")} ended with ${end.exitCode ?? end.signal}: ${lastLine(end)}`);
    problems.push(...(await lossProblems(scene)).map((line) => `after ${command}, ${line}`));
    return end.stdout;
  };
  const kill = await killed("apply", scene.apply);
  if (sequel === "resume" || sequel === "killed undo, resume") await whole("apply", ["--resume"]);
  if (sequel === "apply again") await whole("apply", scene.apply);
  if (sequel === "killed resume") await killed("apply", ["--resume"]);
  if (sequel.startsWith("killed undo")) await killed("undo", []);
  if (sequel === "killed undo, resume") await whole("apply", ["--resume"]);
  // what a faulty disk kept from going was a second apply's
  for (let undone = 0; undone < 3; undone++) if (/Nothing is left/.test(await whole("undo", []))) break;
  problems.push(...(await differences(scene)));
  await clearElsewhere(scene);
  const kills = ends.filter(({ signal }) => signal === "SIGKILL").length;
  return { number, way: way.name, kill, sequel, kills, problems };
}

async function runKilled(
  scene: Scene,
  command: "apply" | "undo",
  args: readonly string[],
  { length, random, isTimed }: { length: Length; random: SeededRandom; isTimed: boolean },
): Promise<{ end: ProcessEnd; kill: string }> {
  const share = random.between(0, 1);
  if (isTimed) {
    const process = start(scene, command, args, {});
    const timer = setTimeout(() => process.kill(), share * length.seconds * 1000);
    const end = await process.ended.finally(() => clearTimeout(timer));
    return { end, kill: `after ${(share * length.seconds).toFixed(2)} s` };
  }
  const fault = random.pick(FAULTS);
  const at = 1 + Math.floor(share * length.operations);
  const end = await run(scene, command, args, withFault(scene.root, fault, at));
  return { end, kill: describeFault(fault, at) };
}

/** At every moment each content that was there is there, in its place or in the quarantine. */
async function lossProblems({ images, quarantine, before }: Scene): Promise<string[]> {
  const contents = (state: Readonly<Record<string, string>>) => {
    return Object.values(state).flatMap((each) => (/^[0-9a-f]{64} /.test(each) ? each.slice(0, 64) : []));
  };
  const kept = existsSync(quarantine) ? contents(await folderState(quarantine)) : [];
  const found = new Set([...contents(await folderState(images)), ...kept]);
  return [...new Set(contents(before))].filter((content) => !found.has(content)).map((content) => `${content} is lost`);
}

async function differences({ root, images, before, quarantine, output, outside }: Scene): Promise<string[]> {
  const after = await folderState(images);
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...paths].filter((path) => before[path] !== after[path]);
  const problems = changed.map((path) => `${JSON.stringify(path)} was ${before[path]}, is ${after[path]}`);
  if (sha256(await readFile(join(root, "outside.jpg"))) !== outside) problems.push("what a link leads to was changed");
  // an empty folder stays where a faulty disk did not let it go
  const kept = existsSync(quarantine) ? await folderState(quarantine) : {};
  for (const [path, state] of Object.entries(kept))
    if (!state.startsWith("folder")) problems.push(`the quarantine holds ${path}`);
  if (existsSync(join(output, "lock"))) problems.push("the lock was left");
  return problems;
}

async function clearElsewhere({ root, quarantine }: Scene): Promise<void> {
  if (!quarantine.startsWith(root)) await rm(quarantine, { recursive: true, force: true });
}
