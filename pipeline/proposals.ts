import type { OutputPaths } from "#artifacts/output-paths.ts";
import { storedConfig } from "#artifacts/stored-config.ts";
import { storedCandidates, storedSelection } from "#artifacts/stored-groups.ts";
import { collect } from "#base/bounded-buffer.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { Candidate } from "#data/candidate.ts";
import type { DecidedImage } from "#data/decision.ts";
import type { Group } from "#data/group.ts";
import type { CandidateRecord } from "#data/report-records.ts";
import type { Catalog } from "#reports/catalog.ts";
import { type Fate, ProposalHistory } from "#review/proposal-history.ts";
import { rowsOfImages } from "#review/rows-of-images.ts";
import type { Settings } from "#settings/settings.ts";
import { type SelectOptions, select } from "./6-select.ts";
import { candidatesOf, selectionOf } from "./selection.ts";

/** What a candidate's place depends on, besides the images and their labels. */
const RULES = ["select", "model", "preset", "secondModel", "secondPreset", "views"] as const;

/** What a run has ranked. */
interface Proposed {
  readonly candidates: readonly Candidate[];
  /** What they were chosen from; see `selectionOf`. */
  readonly selection: string | undefined;
}

/** What earlier runs proposed to label: it stays first in line until it is labeled, and is never forgotten. */
export class Proposals {
  readonly #history: ProposalHistory;
  /** What the run before proposed, best first. */
  readonly #earlier: readonly CandidateRecord[];
  /** What that was chosen from. */
  readonly #selection: string | undefined;

  private constructor(
    history: ProposalHistory,
    earlier: readonly CandidateRecord[] = [],
    selection: string | undefined = undefined,
  ) {
    this.#history = history;
    this.#earlier = earlier;
    this.#selection = selection;
  }

  /**
   * @param isEdited whether a person has changed what the run before proposed: nothing is taken from it unseen then
   * @throws PipelineError `input` where the history is no history
   */
  static async read(paths: OutputPaths, settings: Settings, isEdited: boolean, progress: Progress): Promise<Proposals> {
    const history = await ProposalHistory.read(paths.history);
    const config = await storedConfig(paths.reports);
    if (settings.select.line === "anew" || !config) return new Proposals(history);
    try {
      const earlier = await collect(storedCandidates(paths.reports));
      const changed = RULES.filter((key) => JSON.stringify(config[key]) !== JSON.stringify(settings[key]));
      if (changed.length === 0)
        return new Proposals(history, earlier, isEdited ? undefined : await storedSelection(paths.reports));
      if (earlier.length > 0)
        progress.note(
          `Candidates are ranked anew: the config has changed since the latest run (${changed.join(", ")})`,
        );
    } catch (error) {
      progress.note(`Candidates are ranked anew: ${messageOf(error)}`);
    }
    return new Proposals(history);
  }

  /**
   * Ranks candidates, those of the run before first; all of them are the same where nothing has changed that they were chosen from.
   *
   * @param model what distances are measured by
   */
  async rank(
    groups: readonly Group[],
    options: Omit<SelectOptions, "line"> & { readonly model: unknown },
  ): Promise<Proposed> {
    const { catalog, dissimilar, count, rules, model } = options;
    const selection = selectionOf(catalog, groups, { dissimilar, count, rules, model });
    const isSame = selection !== undefined && selection === this.#selection;
    const same = isSame ? candidatesOf(this.#earlier, catalog) : undefined;
    if (same) {
      options.progress.update("select", "picks", same.length, same.length);
      options.progress.finish("select");
      return { candidates: same, selection };
    }
    const line = this.#line(catalog, groups);
    const candidates = await collect(select(groups, { ...options, line }));
    const inLine = new Set(line);
    const stayed = candidates.filter(({ row }) => inLine.has(row)).length;
    if (stayed > 0)
      options.progress.note(`${stayed} of ${candidates.length} candidates stay first in line from the latest run`);
    return { candidates, selection };
  }

  /** Ranks of what the run before proposed, in its order; in place of an image, the keeper of its group. */
  #line({ images }: Catalog, groups: readonly Group[]): number[] {
    const keeperOf = new Map(groups.flatMap(({ members }) => members.map(({ row }) => [row, members[0].row])));
    const rowOf = rowsOfImages(images);
    const rows = this.#earlier.flatMap((image) => rowOf(image) ?? []);
    return [...new Set(rows.map((row) => keeperOf.get(row) ?? row))];
  }

  /** Takes down what a run has proposed. */
  async record({ images, labels, decisions }: Catalog, candidates: readonly Candidate[], started: Date): Promise<void> {
    const rowOf = rowsOfImages(images);
    const fateOf = (image: DecidedImage): Fate => {
      const row = rowOf(image);
      if (row === undefined) return { status: "gone", label: "" };
      const label = labels[row]?.label;
      if (label) return { status: "labeled", label };
      if (images[row].id !== image.path) return { status: "gone", label: "" };
      return { status: decisions[row]?.decision === "drop" ? "dropped" : "withdrawn", label: "" };
    };
    const proposed = candidates.map(({ row }) => ({ path: images[row].id, sha256: images[row].sha256 }));
    this.#history.update(proposed, fateOf, started.toISOString());
    await this.#history.write();
  }
}
