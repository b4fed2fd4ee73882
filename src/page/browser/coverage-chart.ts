import type { PageCandidate } from "#page/page-content.ts";
import { chartFigure, drawing, line, text } from "./chart-figure.ts";
import { linearScale, thinned } from "./chart-scale.ts";
import { svgElement } from "./elements.ts";
import { countText, distanceText, numberOf } from "./number-text.ts";

const HEIGHT = 260;
const MARGIN = { top: 12, right: 20, bottom: 44, left: 52 };
/** Points of the line, and rows of the table. */
const MOST_POINTS = 300;
const MOST_ROWS = 50;

/** How far the loneliest image still is from all that is labeled or chosen, after each candidate. */
export function coverageChart(candidates: readonly PageCandidate[], width: number): HTMLElement {
  const last = candidates.at(-1);
  const sentence = last
    ? `After the first candidate the loneliest unlabeled image lies ${distanceText(candidates[0].coverage_radius)} from the ` +
      `nearest labeled or chosen one; after ${numberOf(last.rank, "candidate")}, ${distanceText(last.coverage_radius)}.`
    : "There are no candidates.";
  return chartFigure({
    title: "What labeling the candidates covers",
    sentence,
    drawings: last ? [coverageLine(candidates, last, width)] : [],
    columns: ["Candidates labeled", "Coverage radius"],
    rows: thinned(candidates, MOST_ROWS).map(({ rank, coverage_radius }) => [
      countText(rank),
      distanceText(coverage_radius),
    ]),
  });
}

function coverageLine(candidates: readonly PageCandidate[], last: PageCandidate, width: number): SVGSVGElement {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = width - MARGIN.right;
  const x = linearScale(last.rank, MARGIN.left, right, { ticks: width < 500 ? 4 : 8, isWhole: true });
  const y = linearScale(candidates[0].coverage_radius, bottom, MARGIN.top, { ticks: 7 });
  const svg = drawing(
    width,
    HEIGHT,
    "Line of the coverage radius after each candidate; its numbers are in the table below",
  );
  for (const tick of y.ticks) {
    svg.append(line(MARGIN.left, y.at(tick), right, y.at(tick), "grid"));
    svg.append(text(MARGIN.left - 8, y.at(tick) + 4, "end", String(tick)));
  }
  for (const tick of x.ticks) svg.append(text(x.at(tick), bottom + 18, "middle", countText(tick)));
  svg.append(text((MARGIN.left + right) / 2, HEIGHT - 6, "middle", "candidates labeled"));
  const points = thinned(candidates, MOST_POINTS).map(
    ({ rank, coverage_radius }) => `${x.at(rank).toFixed(1)},${y.at(coverage_radius).toFixed(1)}`,
  );
  svg.append(svgElement("polyline", { points: points.join(" "), class: "curve" }));
  if (points.length === 1) {
    svg.append(svgElement("circle", { cx: x.at(last.rank), cy: y.at(last.coverage_radius), r: 4, class: "point" }));
  }
  return svg;
}
