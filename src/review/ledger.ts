import { existsSync } from "node:fs";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { compareUtf8 } from "#base/compare-utf8.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { DECISIONS, type DecidedImage, type DecisionRecord, type ImageDecision } from "#data/decision.ts";
import { csvFiles } from "#reports/csv.ts";
import { readCsv } from "#reports/read-csv.ts";

const COLUMNS = ["decision", "path", "sha256", "other_path", "other_sha256", "note"] as const;

/**
 * Everything that people decided, in a file of a line a decision: ordered by path, without times, so that git merges what two people decided,
 * and every later run holds to it.
 */
export class Ledger {
  readonly file: string;
  readonly #records: Map<string, DecisionRecord>;
  #isChanged = false;

  private constructor(file: string, records: Map<string, DecisionRecord>) {
    this.file = file;
    this.#records = records;
  }

  /**
   * Reads a ledger; one that is not there yet is empty.
   *
   * @throws PipelineError `input` naming the file and the line for what is no decision, or two that differ about one image
   */
  static async read(file: string): Promise<Ledger> {
    const records = new Map<string, DecisionRecord>();
    if (!existsSync(file)) return new Ledger(file, records);
    for await (const cells of readCsv(file, COLUMNS)) {
      const record = recordOf(cells, file);
      const key = keyOf(record);
      const other = records.get(key);
      if (other && other.decision !== record.decision) throw disagreement(file, record, other);
      // two people may have come to the same decision, each with a note
      const notes = new Set([other?.note ?? "", record.note].filter((note) => note !== ""));
      records.set(key, { ...(other ?? record), note: [...notes].join(" / ") });
    }
    return new Ledger(file, records);
  }

  /** Ordered by path. */
  get records(): readonly DecisionRecord[] {
    return [...this.#records.values()].sort(
      (a, b) =>
        compareUtf8(a.image.path, b.image.path) ||
        compareUtf8(a.image.sha256, b.image.sha256) ||
        Number(a.other !== undefined) - Number(b.other !== undefined) ||
        compareUtf8(a.other?.path ?? "", b.other?.path ?? "") ||
        compareUtf8(a.other?.sha256 ?? "", b.other?.sha256 ?? ""),
    );
  }

  /** What is known of one image alone. */
  of(image: DecidedImage): ImageDecision | undefined {
    const found = this.#records.get(keyOf({ image, other: undefined }));
    return found && { decision: found.decision as ImageDecision["decision"], note: found.note };
  }

  /** Takes down what was decided on an image; it replaces what was before. Neither decision nor note removes the line. */
  decide(image: DecidedImage, { decision, note }: ImageDecision): void {
    const record = { decision, image, other: undefined, note };
    if (decision === "" && note === "") this.#isChanged = this.#records.delete(keyOf(record)) || this.#isChanged;
    else this.#set(record);
  }

  /** Takes down that two images are two for good. */
  separate(image: DecidedImage, other: DecidedImage, note: string): void {
    const known = this.#records.get(keyOf({ image, other }));
    this.#set({ decision: "not-duplicate", image, other, note: note === "" ? (known?.note ?? "") : note });
  }

  /** Writes the file, whole or not at all, if anything has changed since it was read. */
  async write(): Promise<void> {
    if (!this.#isChanged) return;
    const rows = this.records.map(({ decision, image, other, note }) => [
      ...[decision, image.path, image.sha256, other?.path ?? "", other?.sha256 ?? "", note],
    ]);
    const [file] = csvFiles({ columns: COLUMNS, rows }, { rowsPerFile: Number.POSITIVE_INFINITY });
    await writeWholeFile(this.file, file);
    this.#isChanged = false;
  }

  #set(record: DecisionRecord): void {
    const key = keyOf(record);
    const known = this.#records.get(key);
    if (known?.decision === record.decision && known.note === record.note) return;
    // which of two separated images stands first says nothing: it stays as it is
    const { image, other } = known ?? record;
    this.#records.set(key, { ...record, image, other });
    this.#isChanged = true;
  }
}

/** Tells records from each other that may stand side by side; the order of two images plays no part. */
function keyOf({ image, other }: Pick<DecisionRecord, "image" | "other">): string {
  const keys = [image, ...(other ? [other] : [])].map(({ path, sha256 }) => `${sha256}\n${path}`);
  return keys.sort().join("\n\n");
}

function recordOf([decision, path, sha256, otherPath, otherSha256, note]: string[], file: string): DecisionRecord {
  const word = [...DECISIONS, ""].find((known) => known === decision.trim()) as DecisionRecord["decision"] | undefined;
  const isSound = word !== undefined && path !== "" && (word === "not-duplicate") === (otherPath !== "");
  if (!isSound) {
    const found = JSON.stringify([decision, path, otherPath].join(","));
    const expected =
      "keep or drop of a path, not-duplicate of a path and an other_path, or no decision and a note; correct the line or remove it";
    throw new PipelineError("input", `Cannot use the decisions in "${file}": found ${found}, expected ${expected}`);
  }
  const other = word === "not-duplicate" ? { path: otherPath, sha256: otherSha256 } : undefined;
  return { decision: word, image: { path, sha256 }, other, note };
}

function disagreement(file: string, one: DecisionRecord, other: DecisionRecord): PipelineError {
  const path = JSON.stringify(one.image.path);
  const found = `${path} decided as ${other.decision || "nothing"} and as ${one.decision || "nothing"}`;
  return new PipelineError("input", `Cannot use the decisions in "${file}": found ${found}; remove one of the lines`);
}
