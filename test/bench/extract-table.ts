import { cpus } from "node:os";
import { alignedTable } from "#terminal/aligned-table.ts";
import type { Figures } from "./extract-figures.ts";

interface Speeds {
  readonly whole: number;
  /** Of the last four fifths. */
  readonly afterStart: number;
}

/** What a set and a model have shown: `ours` in images a second, everything else beside it. */
export interface Summary {
  readonly set: string;
  readonly model: string;
  readonly ours: Speeds;
  readonly startSeconds: number;
  readonly processorMilliseconds: number;
  readonly megabytes: number;
  /** Peers, in images a second, and by how much ours is faster. */
  readonly peers: Readonly<Record<string, { readonly imagesPerSecond: number; readonly ratio: Speeds }>>;
}

/**
 * One set and model against everything that was measured beside it.
 *
 * @param at `SET/MODEL` of the peers
 * @param suffix of the model's name, for runs with views
 */
export function summarise(figures: Figures, at: string, suffix: string, withPython: boolean): Summary {
  const [set, model] = at.split("/");
  const own = `${at}${suffix}/ours`;
  const peers = Object.entries(peersOf(at, withPython)).map(([name, secondsOf]) => {
    const ratio = (speed: string) => figures.median((value) => value(`${own}/${speed}`) * secondsOf(value));
    const imagesPerSecond = figures.median((value) => 1 / secondsOf(value));
    return [name, { imagesPerSecond, ratio: { whole: ratio("whole"), afterStart: ratio("after start") } }] as const;
  });
  const median = (name: string) => figures.median((value) => value(`${own}/${name}`));
  return {
    ...{ set, model: model + suffix },
    ours: { whole: median("whole"), afterStart: median("after start") },
    startSeconds: median("start seconds"),
    processorMilliseconds: 1000 * median("processor after start"),
    megabytes: median("megabytes"),
    peers: Object.fromEntries(peers),
  };
}

type SecondsAnImage = (value: (name: string) => number) => number;

function peersOf(at: string, withPython: boolean): Record<string, SecondsAnImage> {
  const cores = cpus().length;
  const bound =
    (threads: number): SecondsAnImage =>
    (value) =>
      (value(`${at}/decode/processor`) + value(`${at}/infer ${threads}/processor`)) / cores;
  const python =
    (pillow: string, infer: string): SecondsAnImage =>
    (value) =>
      value(`${at}/${pillow}`) + value(`${at}/${infer}`);
  return {
    "the bound: decode + infer (1 thread)": bound(1),
    "the same with 2 threads": bound(2),
    "sharp alone, its defaults: shrunk to once the size": (value) => value(`${at}/sharp true/seconds`),
    "sharp alone, shrunk on load to twice the size at least": (value) => value(`${at}/sharp false/seconds`),
    "plain way in Node": (value) => value(`${at}/plain/seconds`),
    ...(withPython
      ? {
          "Python, one process, batch 1": python("pillow/seconds", "infer first"),
          "Python, one process, best batch": python("pillow/seconds", "infer best"),
          "Python, both steps on all cores": python("pillow/all cores", "infer best"),
        }
      : {}),
  };
}

/** A table of one summary. */
export function describe(summary: Summary): string {
  const { ours, startSeconds, processorMilliseconds, megabytes } = summary;
  const [whole, after] = [ours.whole, ours.afterStart].map((speed) => speed.toFixed(0));
  const facts = `start ${startSeconds.toFixed(2)} s, ${processorMilliseconds.toFixed(2)} ms of a core an image, peak ${megabytes.toFixed(0)} MB`;
  const lines = Object.entries(summary.peers).map(([name, { imagesPerSecond, ratio }]) => [
    `  ${name}`,
    imagesPerSecond.toFixed(0),
    `${ratio.whole.toFixed(2)}×`,
    `${ratio.afterStart.toFixed(2)}×`,
  ]);
  const head = [`${summary.set}, ${summary.model}`, "images/s", "ours", "last four fifths"];
  return `${alignedTable([head, ["ours", whole, "1×", after], ...lines], 1)}  (${facts})\n`;
}
