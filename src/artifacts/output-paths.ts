import { join } from "node:path";

/** Every place under the output folder; CONTRACT names `index`, `reports` and `runs`, the rest is private. */
export interface OutputPaths {
  readonly root: string;
  readonly index: string;
  readonly reports: string;
  readonly runs: string;
  /** Reports that people changed, of earlier runs. */
  readonly reviewed: string;
  /** What people decided, unless the config names another file. */
  readonly decisions: string;
  /** What runs proposed to label, and what has become of it. */
  readonly history: string;
  /** A journal of each `npm run apply`. */
  readonly removals: string;
  /** Where images go that are removed, unless another folder is given. */
  readonly quarantine: string;
  /** What `npm run calibrate` writes. */
  readonly calibration: string;
  /** What makes queries quick: rows of the index, and of folders of features, as byte numbers. */
  readonly encoded: string;
  /** Tasks and results of a run on several machines, where they share a folder. */
  readonly fleet: string;
  /** The pictures that are rendered when no images are configured. */
  readonly sample: string;
}

export function outputPaths(root: string): OutputPaths {
  return {
    root,
    index: join(root, "index"),
    reports: join(root, "reports"),
    runs: join(root, "runs"),
    reviewed: join(root, "reviewed"),
    decisions: join(root, "decisions.csv"),
    history: join(root, "history.csv"),
    removals: join(root, "removals"),
    quarantine: join(root, "quarantine"),
    calibration: join(root, "calibration"),
    encoded: join(root, "encoded"),
    fleet: join(root, "fleet"),
    sample: join(root, "sample"),
  };
}

/** Where a folder is put together before it takes the place of the finished one. */
export function draftOf(folder: string): string {
  return `${folder}.draft`;
}
