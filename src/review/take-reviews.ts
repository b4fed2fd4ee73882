import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { EditedReport } from "#artifacts/edited-reports.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { DecidedImage, Decision } from "#data/decision.ts";
import type { Ledger } from "#review/ledger.ts";
import { type ReviewedRow, readReviewed } from "#review/read-reviewed.ts";
import { type ReportedImages, reportedImages } from "#review/reported-images.ts";

/** Names of tables that hold decisions. */
const REVIEWED = /^(groups|candidates|reviewed|decisions)\b.*\.(csv|tsv|txt|xlsx|ods)$/i;

interface Said {
  readonly decision: Decision | "";
  readonly note: string;
}

/**
 * Takes the decisions of reviewed files down in the ledger, and writes it: of reports that were changed since they were written, and of
 * other files. In a report, a cell says something where it differs from what the run had written: a decision that was cleared is
 * withdrawn. In another file, which may be of an earlier report, an empty cell says nothing.
 *
 * @param reports folder of the latest reports
 * @param edited what was changed there; see `editedReports`
 * @param files of decisions; those that are among the edited reports count as such
 * @returns a line a file, for a person
 * @throws PipelineError `input` for what is unclear, naming file, row and what was expected; nothing is taken down then
 */
export async function takeReviews(
  reports: string,
  ledger: Ledger,
  { edited, files }: { readonly edited: readonly EditedReport[]; readonly files: readonly string[] },
): Promise<string[]> {
  const inReports = edited.filter(({ name }) => REVIEWED.test(name)).map(({ name }) => join(reports, name));
  const known = new Set(inReports.map((file) => realpathSync(file)));
  const others = files.filter((file) => !known.has(realOr(file)));
  if (inReports.length + others.length === 0) return [];
  const reported = await reportedImages(reports);
  const review = new Review(ledger);
  for (const file of inReports) await review.read(file, reported, { isReport: true });
  for (const file of others) await review.read(file, reported, { isReport: false });
  review.takeDown();
  await ledger.write();
  return review.told;
}

/** The name of a file that cannot be read is told when it is. */
function realOr(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

interface Change extends Said {
  readonly image: DecidedImage;
  readonly keeper: DecidedImage | undefined;
  readonly file: string;
  readonly line: number;
}

/** Gathers what files say, and takes it down when all agree. */
class Review {
  readonly #ledger: Ledger;
  /** By image; beside several keepers an image may be no duplicate of each. */
  readonly #changes = new Map<string, Change[]>();
  readonly told: string[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** @param isReport whether it was one of the latest reports, of which is known what it said when it was written */
  async read(file: string, reported: ReportedImages, { isReport }: { readonly isReport: boolean }): Promise<void> {
    const { rows, gone, hasNotes } = await readReviewed(file, reported);
    let count = 0;
    for (const row of rows) {
      const said = isReport ? saidAnew(row, reported.at(row.image.path), hasNotes) : this.#saidAtAll(row);
      if (!said) continue;
      this.#add({ ...said, image: row.image, keeper: row.keeper, file, line: row.line });
      count++;
    }
    const passedOver = gone > 0 ? `; passed over ${gone} rows of images that are gone or have changed` : "";
    this.told.push(
      `Took ${count} ${count === 1 ? "decision" : "decisions"} of "${file}" down in "${this.#ledger.file}"${passedOver}`,
    );
  }

  takeDown(): void {
    for (const { decision, note, image, keeper } of [...this.#changes.values()].flat()) {
      if (decision === "not-duplicate") {
        if (keeper) this.#ledger.separate(image, keeper, note);
        this.#ledger.decide(image, { decision: "", note: "" });
      } else {
        this.#ledger.decide(image, { decision, note });
      }
    }
  }

  /** What a row of a file says that may be of an earlier report. */
  #saidAtAll({ decision, note, isWithdrawn, image }: ReviewedRow): Said | undefined {
    if (decision === "" && note === "" && !isWithdrawn) return undefined;
    const known = this.#ledger.of(image);
    const kept = isWithdrawn ? "" : (known?.decision ?? "");
    return { decision: decision === "" ? kept : decision, note: note === "" ? (known?.note ?? "") : note };
  }

  #add(change: Change): void {
    const key = `${change.image.sha256}\n${change.image.path}`;
    const others = this.#changes.get(key) ?? [];
    const [other] = others;
    if (other && other.decision !== change.decision) {
      const said = [other, change].map(
        ({ decision, file, line }) => `${decision || "nothing"} in "${file}", row ${line}`,
      );
      const found = `${JSON.stringify(change.image.path)} decided as ${said.join(", and as ")}`;
      throw new PipelineError(
        "input",
        `Reviewed files disagree: found ${found}; expected one decision, correct one of them`,
      );
    }
    this.#changes.set(key, [...others, change]);
  }
}

/** What a row of a report says that the run had not written; undefined where it is as it was. */
function saidAnew(row: ReviewedRow, before: Said | undefined, hasNotes: boolean): Said | undefined {
  const known = before?.note ?? "";
  // a column that was deleted clears nothing
  const note = hasNotes ? row.note : known;
  const isSame = row.decision === (before?.decision ?? "") && note === known && !row.isWithdrawn;
  return isSame ? undefined : { decision: row.decision, note };
}
