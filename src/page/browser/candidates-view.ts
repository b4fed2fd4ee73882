import { CANDIDATES_PER_PAGE } from "#page/page-blocks.ts";
import type { PageCandidate } from "#page/page-content.ts";
import { CandidateItem } from "./candidate-item.ts";
import { byId } from "./elements.ts";
import { searchText, searchWords } from "./indexed-group.ts";
import { statusText, TYPING_MS } from "./list-status.ts";
import type { Marks } from "./marks.ts";
import { numberOf } from "./number-text.ts";
import { PagedList } from "./paged-list.ts";
import type { ReviewData } from "./review-data.ts";

/** The candidates in their order, as a gallery. */
export class CandidatesView {
  readonly list: PagedList<PageCandidate>;
  readonly #data: ReviewData;
  readonly #marks: Marks;
  readonly #form = byId("candidates-form", HTMLFormElement);
  readonly #status = byId("candidates-status", HTMLElement);
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(data: ReviewData, marks: Marks, onPage: () => void) {
    this.#data = data;
    this.#marks = marks;
    this.list = new PagedList({
      list: byId("candidates-list", HTMLElement),
      pagers: [byId("candidates-pager", HTMLElement), byId("candidates-pager-below", HTMLElement)],
      perPage: CANDIDATES_PER_PAGE,
      build: (candidate) => new CandidateItem(candidate, data, marks),
      onPage: () => {
        this.#sayStatus();
        onPage();
      },
    });
    this.#form.hidden = data.head.candidateCount === 0;
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.show(0).then(onPage), TYPING_MS);
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Filters anew and shows a page; resolves when it is built. */
  show(page: number): Promise<void> {
    const { query, state } = Object.fromEntries(new FormData(this.#form)) as Record<string, string>;
    const words = searchWords(query);
    const chosen = this.#data.candidates.filter((candidate) => {
      const text = searchText(candidate.path);
      const isDecided = this.#marks.of(candidate).decision !== "";
      return words.every((word) => text.includes(word)) && (state === "" || isDecided === (state === "decided"));
    });
    const built = this.list.show(chosen, page);
    byId("candidates-empty", HTMLElement).hidden = chosen.length > 0 || !this.#data.isComplete;
    this.#sayStatus();
    return built;
  }

  refresh(): void {
    this.list.refresh(this.#marks);
  }

  #sayStatus(): void {
    const { head, isComplete } = this.#data;
    this.#status.textContent = isComplete
      ? statusText(this.list, head.candidateCount, "candidate")
      : `Reading ${numberOf(head.candidateCount, "candidate")} …`;
  }
}
