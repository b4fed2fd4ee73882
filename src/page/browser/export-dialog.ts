import { csvText, type DecisionRow, decisionRows } from "./decisions-csv.ts";
import { byId, element } from "./elements.ts";
import { nothingStays } from "./mark-rules.ts";
import type { Marks } from "./marks.ts";
import { numberOf } from "./number-text.ts";
import type { ReviewData } from "./review-data.ts";

/** What rows of a decision are called where they are counted. */
const COUNTED: Readonly<Record<string, string>> = {
  keep: "to keep",
  drop: "to drop",
  "not-duplicate": "different from the keeper",
  undecided: "withdrawn",
  "": "with a note alone",
};

/** Writes the marks down as a file, and says what to do with it. */
export class ExportDialog {
  readonly #dialog = byId("export-dialog", HTMLDialogElement);
  readonly #data: ReviewData;
  readonly #marks: Marks;
  #rows: DecisionRow[] = [];

  /** @param showLost shows the groups of which nothing would stay */
  constructor(data: ReviewData, marks: Marks, showLost: () => void) {
    this.#data = data;
    this.#marks = marks;
    byId("export-download", HTMLButtonElement).addEventListener("click", () => this.#download());
    byId("export-show-lost", HTMLButtonElement).addEventListener("click", () => {
      this.#dialog.close();
      showLost();
    });
    for (const place of this.#dialog.querySelectorAll(".file-name")) place.textContent = this.#fileName;
  }

  open(): void {
    const groups = this.#data.groups.map(({ group }) => group);
    this.#rows = decisionRows(groups, this.#data.candidates, this.#marks);
    const counts = Object.entries(COUNTED)
      .map(([decision, words]) => [countOf(this.#rows, decision), words] as const)
      .filter(([count]) => count > 0);
    byId("export-counts", HTMLElement).replaceChildren(
      ...counts.map(([count, words]) =>
        element("li", {}, element("strong", {}, numberOf(count, "image")), ` ${words}`),
      ),
    );
    const lost = groups.filter((group) => nothingStays(group, this.#marks)).length;
    byId("export-warning", HTMLElement).hidden = lost === 0;
    byId("export-lost", HTMLElement).textContent =
      `In ${numberOf(lost, "group")} every image would be dropped. "npm run apply" refuses to take the last one away.`;
    this.#dialog.showModal();
  }

  get #fileName(): string {
    return `reviewed-${this.#data.head.fingerprint.slice(0, 8)}.csv`;
  }

  #download(): void {
    const url = URL.createObjectURL(new Blob([csvText(this.#rows)], { type: "text/csv;charset=utf-8" }));
    const link = element("a", { href: url, download: this.#fileName });
    document.body.append(link);
    link.click();
    link.remove();
    // the download has begun by then
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    this.#marks.noteExport();
  }
}

/** Rows that say so; those without decision and note only stand beside others. */
function countOf(rows: readonly DecisionRow[], wanted: string): number {
  return rows.filter(([, , , , decision, note]) => decision === wanted && decision + note !== "").length;
}
