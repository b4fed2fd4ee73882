import { existsSync } from "node:fs";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { DecidedImage } from "#data/decision.ts";
import { csvFiles } from "#reports/csv.ts";
import { readCsv } from "#reports/read-csv.ts";

const COLUMNS = ["path", "sha256", "proposed", "rank", "status", "settled", "label"] as const;

/**
 * What has become of a proposal: `proposed` waits for a label; `labeled` got one; `dropped` by a person; `gone`: no such image any more;
 * `withdrawn`: no candidate any more, as something like it is labeled now, or other or fewer candidates were asked for.
 */
const STATUSES = ["proposed", "labeled", "dropped", "gone", "withdrawn"] as const;
type ProposalStatus = (typeof STATUSES)[number];

/** What a run knows of an image that is no candidate. */
export interface Fate {
  readonly status: Exclude<ProposalStatus, "proposed">;
  /** Empty unless it is labeled. */
  readonly label: string;
}

interface Proposal {
  readonly image: DecidedImage;
  /** When it was first proposed, UTC. */
  readonly proposed: string;
  /** In the latest run that proposed it. */
  readonly rank: number;
  readonly status: ProposalStatus;
  /** When it left the candidates, UTC; empty for those that wait. */
  readonly settled: string;
  readonly label: string;
}

/** Everything that runs proposed to label, and what has become of it: a file of a line an image, in the order in which they were proposed. */
export class ProposalHistory {
  readonly #file: string;
  readonly #proposals: Map<string, Proposal>;
  #isChanged = false;

  private constructor(file: string, proposals: Map<string, Proposal>) {
    this.#file = file;
    this.#proposals = proposals;
  }

  /**
   * Reads a history; one that is not there yet is empty.
   *
   * @throws PipelineError `input` naming the file and what is no proposal
   */
  static async read(file: string): Promise<ProposalHistory> {
    const proposals = new Map<string, Proposal>();
    if (!existsSync(file)) return new ProposalHistory(file, proposals);
    for await (const cells of readCsv(file, COLUMNS)) {
      const proposal = proposalOf(cells, file);
      proposals.set(keyOf(proposal.image), proposal);
    }
    return new ProposalHistory(file, proposals);
  }

  /**
   * Takes down what a run proposes.
   *
   * @param candidates best first
   * @param fateOf what has become of one that is no candidate any more
   * @param time of the run, UTC
   */
  update(candidates: readonly DecidedImage[], fateOf: (image: DecidedImage) => Fate, time: string): void {
    const current = new Set(candidates.map(keyOf));
    for (const [key, proposal] of this.#proposals) {
      if (current.has(key) || !["proposed", "withdrawn"].includes(proposal.status)) continue;
      const fate = fateOf(proposal.image);
      if (fate.status !== proposal.status) this.#set({ ...proposal, ...fate, settled: time });
    }
    for (const [i, image] of candidates.entries()) {
      const known = this.#proposals.get(keyOf(image));
      const rank = i + 1;
      if (known?.status === "proposed" && known.rank === rank) continue;
      this.#set({ image, proposed: known?.proposed ?? time, rank, status: "proposed", settled: "", label: "" });
    }
  }

  /** Writes the file, whole or not at all, if anything has changed since it was read. */
  async write(): Promise<void> {
    if (!this.#isChanged) return;
    const rows = [...this.#proposals.values()].map(({ image, proposed, rank, status, settled, label }) => [
      ...[image.path, image.sha256, proposed, rank, status, settled, label],
    ]);
    const [file] = csvFiles({ columns: COLUMNS, rows }, { rowsPerFile: Number.POSITIVE_INFINITY });
    await writeWholeFile(this.#file, file);
    this.#isChanged = false;
  }

  #set(proposal: Proposal): void {
    this.#proposals.set(keyOf(proposal.image), proposal);
    this.#isChanged = true;
  }
}

function keyOf({ path, sha256 }: DecidedImage): string {
  return `${sha256}\n${path}`;
}

function proposalOf([path, sha256, proposed, rank, word, settled, label]: string[], file: string): Proposal {
  const status = STATUSES.find((known) => known === word);
  if (status === undefined || path === "" || !/^\d+$/.test(rank)) {
    const found = JSON.stringify([path, rank, word].join(","));
    const expected = `a path, a rank and a status (${STATUSES.join(", ")})`;
    throw new PipelineError(
      "input",
      `Cannot use the history in "${file}": found ${found}, expected ${expected}; correct the line, or move the file away to begin another`,
    );
  }
  return { image: { path, sha256 }, proposed, rank: Number(rank), status, settled, label };
}
