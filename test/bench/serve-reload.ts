import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reloadTrial } from "../faults/serve-reload.ts";
import { median, rounded } from "./serve-figures.ts";
import type { Numpy } from "./serve-numpy.ts";

const REPLACEMENTS = 20;
const CLIENTS = 8;

/** An index that runs replace while it is served. */
export async function reloadCase(name: string, _: Numpy, tell: (line: string) => void) {
  const root = await realpath(await mkdtemp(join(tmpdir(), "twinsift-reload-")));
  try {
    const onReplaced = (number: number) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${number} of ${REPLACEMENTS} runs`);
    };
    const trial = await reloadTrial(root, { images: 60, replacements: REPLACEMENTS, clients: CLIENTS, onReplaced });
    const { answers, notFound, reloadSeconds, problems } = trial;
    const seen = `seen ${rounded(median(reloadSeconds))} s after a run's end (at most ${rounded(Math.max(...reloadSeconds))})`;
    tell(
      `${name}: ${REPLACEMENTS} runs under ${CLIENTS} clients, ${answers} answers, ${problems.length} failed (must 0), ${notFound} for images that were not there; ${seen}`,
    );
    if (problems.length > 0) throw new Error(`${name}: ${problems.slice(0, 10).join("\n")}`);
    return { runs: REPLACEMENTS, clients: CLIENTS, answers, notFound, reloadSeconds, failed: 0 };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
