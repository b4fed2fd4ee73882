import { BrowseView } from "./browse/browse-view.ts";
import { ServedData } from "./browse/served-data.ts";
import { DataBlocks } from "./data-blocks.ts";
import { byId } from "./elements.ts";
import { Review } from "./review.ts";

const data = new ServedData(new DataBlocks());
const review = new Review(data);
const browse = new BrowseView(data, review);
review.router.other = browse;
review.onChange = () => browse.refresh();
byId("cut-off", HTMLElement).textContent =
  "The page came only in part: not all groups and candidates are in it. Load it again.";
if (!data.served.hasReports) {
  for (const view of ["groups", "candidates", "charts"]) byId(`${view}-link`, HTMLElement).hidden = true;
  byId("review-bar", HTMLElement).dataset.bare = "true";
}
byId("main", HTMLElement).dataset.begun = "true";
review.begin((event, target) => browse.takeKey(event, target));
