import { Announcer } from "./announcer.ts";
import { CandidatesView } from "./candidates-view.ts";
import { ChartsView } from "./charts-view.ts";
import { DetailsDialog } from "./details-dialog.ts";
import { byId } from "./elements.ts";
import { ExportDialog } from "./export-dialog.ts";
import { foldFilters } from "./folding-filters.ts";
import { GroupsView } from "./groups-view.ts";
import { act, type ListAction, listenToButtons } from "./list-actions.ts";
import { MarkStorage } from "./mark-storage.ts";
import { Marks } from "./marks.ts";
import { ReviewBar } from "./review-bar.ts";
import type { ReviewData } from "./review-data.ts";
import { Reviewer } from "./reviewer.ts";
import { Router } from "./router.ts";
import { type KeyHandler, listenToShortcuts } from "./shortcuts.ts";
import { listenToTheme } from "./theme.ts";

/** After a mark, when no other follows: what goes over all groups, and what writes to disk. */
const SETTLE_MS = 150;

/** Groups, candidates and charts of a run, with marks on them. */
export class Review {
  readonly data: ReviewData;
  readonly marks: Marks;
  readonly reviewer: Reviewer;
  readonly announcer = new Announcer(byId("announcer", HTMLElement));
  readonly router: Router;
  readonly details: DetailsDialog;
  readonly #groups: GroupsView;
  readonly #candidates: CandidatesView;
  readonly #bar: ReviewBar;
  readonly #storage: MarkStorage;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** Called when marks have changed, and when all records are there. */
  onChange: () => void = () => undefined;

  constructor(data: ReviewData) {
    this.data = data;
    this.#storage = new MarkStorage(data.head.fingerprint);
    this.marks = new Marks(this.#storage.load());
    this.reviewer = new Reviewer(this.marks, this.announcer);
    this.#bar = new ReviewBar(data, this.marks, this.#storage);
    this.details = new DetailsDialog(this.reviewer);
    const notePage = () => this.router.notePage();
    this.#groups = new GroupsView(data, this.marks, notePage);
    this.#candidates = new CandidatesView(data, this.marks, notePage);
    this.router = new Router(
      { groups: this.#groups, candidates: this.#candidates, charts: new ChartsView(data) },
      data,
    );
  }

  /** Lets the page answer, and shows what its address names. */
  begin(handleKey?: KeyHandler): void {
    listenToTheme(byId("theme", HTMLButtonElement));
    foldFilters(byId("filters", HTMLDetailsElement));
    this.#listen(handleKey);
    this.router.showFirst();
    this.#bar.refreshMarks();
    void this.data.readAll().then(() => {
      this.router.showWhole();
      this.#bar.refreshProgress();
      byId("cut-off", HTMLElement).hidden = this.data.isWhole;
      this.onChange();
    });
  }

  /** Shows a group among all others, and gives the focus to one of its images. */
  async showGroup(place: number, path: string): Promise<void> {
    const built = this.#groups.showPlace(place);
    await this.router.goTo("groups");
    await built;
    const section = this.#groups.list.shown.find((item) =>
      item.cards.some(({ content }) => content.image.path === path),
    );
    const card = section?.cards.find(({ content }) => content.image.path === path);
    (card ?? this.#groups.list.shown[place % this.#groups.list.perPage]?.cards[0])?.element.focus();
  }

  #listen(handleKey: KeyHandler | undefined): void {
    const { reviewer, router } = this;
    const exporting = new ExportDialog(this.data, this.marks, () => this.#showLost());
    const perform = (action: ListAction, target: Element) => {
      const { details } = this;
      if (router.view === "candidates") act(action, target, { list: this.#candidates.list, reviewer, details });
      else act(action, target, { list: this.#groups.list, reviewer, details });
    };
    listenToButtons(byId("groups-list", HTMLElement), perform);
    listenToButtons(byId("candidates-list", HTMLElement), perform);
    listenToShortcuts({ router, reviewer, perform, handleKey });
    byId("undo", HTMLButtonElement).addEventListener("click", () => reviewer.undo());
    byId("export", HTMLButtonElement).addEventListener("click", () => exporting.open());
    byId("lost", HTMLButtonElement).addEventListener("click", () => this.#showLost());
    this.marks.onChange = () => {
      this.#groups.refresh();
      this.#candidates.refresh();
      this.#bar.refreshMarks();
      this.onChange();
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => this.#settle(), SETTLE_MS);
    };
    addEventListener("pagehide", () => {
      if (this.#settling !== undefined) this.#settle();
    });
    addEventListener("beforeunload", (event) => {
      if (!this.marks.isExported) event.preventDefault();
    });
  }

  #settle(): void {
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#storage.save(this.marks, Date.now());
    this.#bar.refreshMarks();
    this.#bar.refreshProgress();
  }

  async #showLost(): Promise<void> {
    await this.router.goTo("groups");
    await this.#groups.showLost();
    this.router.notePage();
  }
}
