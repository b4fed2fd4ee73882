import { coverageChart } from "./coverage-chart.ts";
import { distanceChart } from "./distance-chart.ts";
import { byId, element } from "./elements.ts";
import { bytesText, countText, distanceText } from "./number-text.ts";
import type { ReviewData } from "./review-data.ts";
import { sizeChart } from "./size-chart.ts";

const NARROWEST = 280;
/** From this width of the page on, the smaller charts stand beside each other. */
const TWO_COLUMNS = 1000;
const GAP = 16;
const PADDING = 20;

/** The run in numbers and charts; drawn when it is first looked at, and again when its width changes. */
export class ChartsView {
  readonly #place = byId("charts", HTMLElement);
  readonly #data: ReviewData;
  #drawnWidth = 0;

  constructor(data: ReviewData) {
    this.#data = data;
    new ResizeObserver(() => this.show()).observe(this.#place);
  }

  show(): void {
    const whole = this.#place.clientWidth;
    if (!this.#data.isComplete || whole < NARROWEST || whole === this.#drawnWidth) return;
    this.#drawnWidth = whole;
    const { groups, candidates, head } = this.#data;
    const part = whole < TWO_COLUMNS ? whole : (whole - GAP) / 2;
    const sizes = groups.map(({ group }) => group.members.length);
    this.#place.replaceChildren(
      this.#totals(),
      distanceChart(head.facts, drawingWidth(whole)),
      sizeChart(sizes, drawingWidth(part)),
      coverageChart(candidates, drawingWidth(part)),
    );
  }

  #totals(): HTMLElement {
    const { facts } = this.#data.head;
    const freeable = this.#data.groups.reduce((sum, { freeableBytes }) => sum + freeableBytes, 0);
    const totals: (readonly [string, string])[] = [
      ["Images", countText(facts.counts.images)],
      ["Groups", countText(facts.counts.groups)],
      ["Duplicates", countText(facts.counts.duplicates)],
      ["May go", bytesText(freeable)],
      ["Candidates", countText(facts.counts.candidates)],
      ["Threshold", distanceText(facts.threshold)],
    ];
    if (facts.secondModel) totals.push(["Candidates by", facts.secondModel]);
    return element(
      "dl",
      { class: "totals" },
      ...totals.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    );
  }
}

/** Of a chart's card, within its padding and border. */
function drawingWidth(card: number): number {
  return Math.floor(card - 2 * (PADDING + 1));
}
