import { mkdtemp, realpath, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mangleTrials } from "../review/mangle-trials.ts";

// How reviewed files are read that spreadsheets, people and disks have mangled: understood right or refused, never misread.
// npm run bench -- review [--count N] [--seed N]

export async function bench(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: { count: { type: "string", default: "5000" }, seed: { type: "string", default: "1" } },
  });
  console.error(`${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}`);
  const folder = await realpath(await mkdtemp(join(tmpdir(), "twinsift-review-")));
  const start = performance.now();
  try {
    const counts = await mangleTrials(folder, { trials: Number(values.count), seed: Number(values.seed) });
    const { understood, refused, withGone, problems } = counts;
    const seconds = Number(((performance.now() - start) / 1000).toPrecision(3));
    console.error(
      `${understood} understood (${withGone} with rows passed over as gone), ${refused} refused, ${problems.length} misread`,
    );
    for (const problem of problems.slice(0, 20)) console.error(`  ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
    return { ...counts, seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
