import { existsSync } from "node:fs";
import { join } from "node:path";
import type { OutputPaths } from "#artifacts/output-paths.ts";
import { type ChosenBy, storedCandidates, storedChosenBy } from "#artifacts/stored-groups.ts";
import { collect } from "#base/bounded-buffer.ts";
import { fingerprint } from "#base/fingerprint.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { LineImage } from "#candidates/in-line.ts";
import type { Candidate } from "#data/candidate.ts";
import type { DecidedImage } from "#data/decision.ts";
import type { Group } from "#data/group.ts";
import type { CandidateRecord } from "#data/report-records.ts";
import type { Catalog } from "#reports/catalog.ts";
import { type Fate, ProposalHistory } from "#review/proposal-history.ts";
import { rowsOfImages } from "#review/rows-of-images.ts";
import type { Settings } from "#settings/settings.ts";
import { type SelectOptions, select } from "./6-select.ts";
import { lineOf } from "./line-of.ts";
import { candidatesOf, SELECTION_VERSION, selectionOf } from "./selection.ts";

/** What a run has ranked. */
interface Proposed {
  readonly candidates: readonly Candidate[];
  readonly chosenBy: ChosenBy;
}

/** What the run before proposed, best first, and what that was chosen by and from. */
interface Earlier extends ChosenBy {
  readonly candidates: readonly CandidateRecord[];
}

const NOTHING: Earlier = { candidates: [], rules: undefined, selection: undefined };

/** What earlier runs proposed to label: it stays first in line until it is labeled, and is never forgotten. */
export class Proposals {
  readonly #history: ProposalHistory;
  readonly #earlier: Earlier;
  /** Whether what the run before computed can be taken over: no person has changed it. */
  readonly #isSound: boolean;

  private constructor(history: ProposalHistory, earlier: Earlier, isSound: boolean) {
    this.#history = history;
    this.#earlier = earlier;
    this.#isSound = isSound;
  }

  /**
   * @param isEdited whether a person has changed candidates.json
   * @throws PipelineError `input` where the history is no history
   */
  static async read(paths: OutputPaths, settings: Settings, isEdited: boolean, progress: Progress): Promise<Proposals> {
    const history = await ProposalHistory.read(paths.history);
    const isFirst = !existsSync(join(paths.reports, "candidates.json"));
    if (settings.select.line === "anew" || isFirst) return new Proposals(history, NOTHING, false);
    try {
      const candidates = await collect(storedCandidates(paths.reports));
      return new Proposals(history, { candidates, ...(await storedChosenBy(paths.reports)) }, !isEdited);
    } catch (error) {
      progress.note(`Candidates are ranked anew: ${messageOf(error)}`);
      return new Proposals(history, NOTHING, false);
    }
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
    const { catalog, dissimilar, count, rules, model, progress } = options;
    const chosenBy = {
      rules: fingerprint({ version: SELECTION_VERSION, rules, model }),
      selection: selectionOf(catalog, groups, { version: SELECTION_VERSION, dissimilar, count, rules, model }),
    };
    const same = this.#same(chosenBy, catalog);
    if (same) {
      progress.update("select", "picks", same.length, same.length);
      progress.finish("select");
      return { candidates: same, chosenBy };
    }
    const line = this.#line(chosenBy, catalog, groups, progress);
    const candidates = await collect(select(groups, { ...options, line }));
    const inLine = new Set(line.map(({ row }) => row));
    const stayed = candidates.filter(({ row }) => inLine.has(row)).length;
    if (stayed > 0)
      progress.note(`${stayed} of ${candidates.length} candidates stay first in line from the latest run`);
    return { candidates, chosenBy };
  }

  #same({ selection }: ChosenBy, catalog: Catalog): Candidate[] | undefined {
    const isSame = this.#isSound && selection !== undefined && selection === this.#earlier.selection;
    return isSame ? candidatesOf(this.#earlier.candidates, catalog) : undefined;
  }

  #line({ rules }: ChosenBy, catalog: Catalog, groups: readonly Group[], progress: Progress): LineImage[] {
    const { candidates, rules: earlierRules } = this.#earlier;
    if (rules === earlierRules) return lineOf(candidates, catalog, groups, this.#isSound);
    const why = 'the model, or "select" in the config, is not that of the latest run';
    if (candidates.length > 0) progress.note(`Candidates are ranked anew: ${why}`);
    return [];
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
