import { PipelineError } from "#base/pipeline-error.ts";
import type { DecidedImage, Decision } from "#data/decision.ts";
import { findImages } from "#review/find-images.ts";
import { KeeperFinder } from "#review/find-keeper.ts";
import type { ReportedImage, ReportedImages } from "#review/reported-images.ts";
import { REVIEWED_KINDS, type RowProblem, type RowText, rowTexts } from "#review/reviewed-row.ts";
import { readSpreadsheet } from "#spreadsheets/read-spreadsheet.ts";

/** What a person said of an image. */
export interface ReviewedRow {
  /** As the spreadsheet numbers it; of several that say the same, the first. */
  readonly line: number;
  /** Empty where the row says nothing, or takes back what an earlier review said. */
  readonly decision: Decision | "";
  /** The row says `undecided`: an earlier decision is taken back. */
  readonly isWithdrawn: boolean;
  readonly note: string;
  readonly image: DecidedImage;
  /** The image beside which it was shown, never undefined with `not-duplicate`; undefined for candidates and where nobody can tell. */
  readonly keeper: DecidedImage | undefined;
}

export interface ReviewedFile {
  readonly rows: readonly ReviewedRow[];
  /** How many rows speak of images that are gone or have changed since. */
  readonly gone: number;
  /** False: the column of notes was deleted, and rows without notes say nothing of earlier ones. */
  readonly hasNotes: boolean;
}

const MOST_PROBLEMS_TOLD = 10;

/**
 * Reads the decisions of a reviewed groups.csv, candidates.csv or export of report.html that a spreadsheet may have saved, by name and
 * content of the images, never by position.
 *
 * @param reported what the latest run reported
 * @throws PipelineError `input` naming the file and up to ten rows that nobody can understand, with what was found and what was expected
 */
export async function readReviewed(file: string, reported: ReportedImages): Promise<ReviewedFile> {
  const table = await readSpreadsheet(file, REVIEWED_KINDS);
  const { texts, problems } = rowTexts(table);
  const images = findImages(texts, reported);
  const keepers = new KeeperFinder(texts, images, reported);
  const said = new SaidRows();
  let gone = 0;
  for (const [i, text] of texts.entries()) {
    const found = images.found[i];
    const result = found === "gone" || "unclear" in found ? found : decided(text, found, keepers);
    if (result === "gone") gone++;
    else {
      const unclear = "unclear" in result ? result.unclear : said.add(result);
      if (unclear) problems.push({ line: text.line, unclear });
    }
  }
  if (problems.length > 0) throw new PipelineError("input", `Cannot use "${file}": ${problemsText(problems)}`);
  return { rows: said.all, gone, hasNotes: table.rows.some(({ cells }) => cells.note !== undefined) };
}

/** What a row says of its image, or why it cannot be meant. */
function decided(
  text: RowText,
  image: ReportedImage,
  keepers: KeeperFinder,
): ReviewedRow | "gone" | { readonly unclear: string } {
  const { line, decision, isWithdrawn, note } = text;
  const isPair = decision === "not-duplicate";
  const name = JSON.stringify(image.path);
  if (decision === "drop" && (image.role === "reference" || text.role === "reference")) {
    return { unclear: `found drop on the reference ${name}, expected another decision: references stay` };
  }
  if (isPair && text.contentKey === "size") {
    return { unclear: `found not-duplicate on the candidate ${name}, expected it in groups.csv, beside a keeper` };
  }
  const keeper = text.contentKey === "size" ? undefined : keepers.keeperOf(text, image);
  if (isPair && keeper === "gone") return "gone";
  if (isPair && keeper === undefined) {
    const found = `found not-duplicate with the keeper ${JSON.stringify(text.keepCell)} of ${name}`;
    return { unclear: `${found}, expected the path of an image in the latest reports` };
  }
  if (isPair && keeper === image) {
    return {
      unclear: `found not-duplicate on ${name}, which is the keeper, expected it on the image that differs from it`,
    };
  }
  const other = keeper === "gone" ? undefined : keeper;
  return { line, decision, isWithdrawn, note, image: bare(image), keeper: other && bare(other) };
}

/** What is said, once an image; `not-duplicate` may be said beside several keepers. */
class SaidRows {
  readonly #firstOf = new Map<string, ReviewedRow>();
  readonly #rows = new Map<string, ReviewedRow>();

  get all(): ReviewedRow[] {
    return [...this.#rows.values()];
  }

  /** @returns what is wrong where an earlier row says something else of the image */
  add(row: ReviewedRow): string | undefined {
    const { path } = row.image;
    const first = this.#firstOf.get(path) ?? row;
    this.#firstOf.set(path, first);
    if (wordOf(first) !== wordOf(row)) {
      const found = `${wordOf(row)} on ${JSON.stringify(path)} after ${wordOf(first)} in row ${first.line}`;
      return `found ${found}, expected one decision an image`;
    }
    const key = row.decision === "not-duplicate" ? JSON.stringify([path, row.keeper?.path]) : path;
    const same = this.#rows.get(key) ?? row;
    this.#rows.set(key, same.note === "" ? { ...same, note: row.note } : same);
    return undefined;
  }
}

function wordOf({ decision, isWithdrawn }: ReviewedRow): string {
  return isWithdrawn ? "undecided" : decision || "no decision";
}

function bare({ path, sha256 }: ReportedImage): DecidedImage {
  return { path, sha256 };
}

function problemsText(problems: readonly RowProblem[]): string {
  const ordered = [...problems].sort((a, b) => a.line - b.line);
  const told = ordered.slice(0, MOST_PROBLEMS_TOLD).map(({ line, unclear }) => `row ${line}: ${unclear}`);
  const more = problems.length - MOST_PROBLEMS_TOLD;
  return `${told.join("; ")}${more > 0 ? `; and ${more} more rows` : ""}. Correct these rows or delete them`;
}
