import { chartFigure, drawing, text } from "./chart-figure.ts";
import { svgElement } from "./elements.ts";
import { countText, numberOf } from "./number-text.ts";
import { sizeSteps } from "./size-steps.ts";

const ROW = 30;
const LABEL = 128;
const COUNT = 76;

/** How many groups there are of each size. */
export function sizeChart(sizes: readonly number[], width: number): HTMLElement {
  const bars = sizeSteps(sizes);
  const height = bars.length * ROW;
  const svg = drawing(width, height, "Bars of how many groups have each size; their numbers are in the table below");
  const most = Math.max(1, ...bars.map(({ count }) => count));
  for (const [i, { name, count }] of bars.entries()) {
    const y = i * ROW;
    const length = Math.max(count > 0 ? 2 : 0, ((width - COUNT - LABEL) * count) / most);
    svg.append(text(LABEL - 10, y + ROW / 2 + 4, "end", `${name} images`));
    svg.append(svgElement("rect", { x: LABEL, y: y + 5, width: length, height: ROW - 10, rx: 3, class: "bar size" }));
    svg.append(text(LABEL + length + 8, y + ROW / 2 + 4, "start", countText(count), "value"));
  }
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return chartFigure({
    title: "How large groups are",
    sentence:
      sizes.length === 0
        ? "There are no groups."
        : `${numberOf(sizes.length, "group")}, the largest of ${numberOf(largest, "image")}.`,
    drawings: sizes.length === 0 ? [] : [svg],
    columns: ["Images", "Groups"],
    rows: bars.map(({ name, count }) => [name, countText(count)]),
  });
}
