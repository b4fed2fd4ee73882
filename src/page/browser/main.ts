import { Announcer } from "./announcer.ts";
import { CandidatesView } from "./candidates-view.ts";
import { ChartsView } from "./charts-view.ts";
import { DataBlocks } from "./data-blocks.ts";
import { DetailsDialog } from "./details-dialog.ts";
import { byId } from "./elements.ts";
import { ExportDialog } from "./export-dialog.ts";
import { foldFilters } from "./folding-filters.ts";
import { GroupsView } from "./groups-view.ts";
import { act, type ListAction, listenToButtons } from "./list-actions.ts";
import { MarkStorage } from "./mark-storage.ts";
import { Marks } from "./marks.ts";
import { ReviewBar } from "./review-bar.ts";
import { ReviewData } from "./review-data.ts";
import { Reviewer } from "./reviewer.ts";
import { Router } from "./router.ts";
import { listenToShortcuts } from "./shortcuts.ts";
import { listenToTheme } from "./theme.ts";

/** After a mark, when no other follows: what goes over all groups, and what writes to disk. */
const SETTLE_MS = 150;

listenToTheme(byId("theme", HTMLButtonElement));
foldFilters(byId("filters", HTMLDetailsElement));

const data = new ReviewData(new DataBlocks());
const storage = new MarkStorage(data.head.fingerprint);
const marks = new Marks(storage.load());
const reviewer = new Reviewer(marks, new Announcer(byId("announcer", HTMLElement)));
const bar = new ReviewBar(data, marks, storage);
const details = new DetailsDialog(reviewer);

const groups = new GroupsView(data, marks, () => router.notePage());
const candidates = new CandidatesView(data, marks, () => router.notePage());
const router = new Router({ groups, candidates, charts: new ChartsView(data) }, data);
const showLost = async () => {
  await router.goTo("groups");
  await groups.showLost();
  router.notePage();
};
const exporting = new ExportDialog(data, marks, showLost);

const perform = (action: ListAction, target: Element) => {
  if (router.view === "candidates") act(action, target, { list: candidates.list, reviewer, details });
  else act(action, target, { list: groups.list, reviewer, details });
};
listenToButtons(byId("groups-list", HTMLElement), perform);
listenToButtons(byId("candidates-list", HTMLElement), perform);
listenToShortcuts({ router, reviewer, perform });
byId("undo", HTMLButtonElement).addEventListener("click", () => reviewer.undo());
byId("export", HTMLButtonElement).addEventListener("click", () => exporting.open());
byId("lost", HTMLButtonElement).addEventListener("click", showLost);

let settling: ReturnType<typeof setTimeout> | undefined;
const settle = () => {
  clearTimeout(settling);
  settling = undefined;
  storage.save(marks, Date.now());
  bar.refreshMarks();
  bar.refreshProgress();
};
marks.onChange = () => {
  groups.refresh();
  candidates.refresh();
  bar.refreshMarks();
  clearTimeout(settling);
  settling = setTimeout(settle, SETTLE_MS);
};
addEventListener("pagehide", () => {
  if (settling !== undefined) settle();
});
addEventListener("beforeunload", (event) => {
  if (!marks.isExported) event.preventDefault();
});

router.showFirst();
bar.refreshMarks();
void data.readAll().then(() => {
  router.showWhole();
  bar.refreshProgress();
  byId("cut-off", HTMLElement).hidden = data.isWhole;
});
