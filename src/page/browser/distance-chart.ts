import { MATCHES } from "#data/match.ts";
import type { PageFacts } from "#page/page-content.ts";
import { chartFigure, drawing, line, text } from "./chart-figure.ts";
import { linearScale } from "./chart-scale.ts";
import { element, svgElement } from "./elements.ts";
import { countText, distanceText, numberOf } from "./number-text.ts";
import { MATCH_WORDS } from "./words.ts";

const HEIGHT = 108;
const MARGIN = { top: 10, right: 16, bottom: 24, left: 52 };

/**
 * How far the pairs are apart, a small histogram for each match: each has its own scale, as there may be a thousand times more of one than
 * of another.
 */
export function distanceChart({ pairDistances, threshold }: PageFacts, width: number): HTMLElement {
  const { counts, width: step } = pairDistances;
  const present = MATCHES.filter((match) => counts[match].some((count) => count > 0));
  const steps = Math.max(1, ...present.map((match) => counts[match].findLastIndex((count) => count > 0) + 1));
  const end = Math.max(threshold, steps * step);
  const totals = present.map((match) => sum(counts[match]));
  const drawings = present.flatMap((match, i) => [
    element(
      "p",
      { class: "chart-part" },
      element("strong", {}, MATCH_WORDS[match].name),
      ` · ${numberOf(totals[i], "pair")} · ${MATCH_WORDS[match].meaning}`,
    ),
    histogram(counts[match], { step, end, threshold, width, match }),
  ]);
  const parts = present.map((match, i) => `${countText(totals[i])} ${MATCH_WORDS[match].name}`).join(", ");
  return chartFigure({
    title: "How far pairs are apart",
    sentence:
      present.length === 0
        ? "No pair lies within the threshold."
        : `${numberOf(sum(totals), "pair")}: ${parts}. The dashed line is the threshold, ${distanceText(threshold)}; each histogram has its own height.`,
    drawings,
    columns: ["Distance from", "to", ...present.map((match) => MATCH_WORDS[match].name)],
    rows: Array.from({ length: steps }, (_, i) => [
      distanceText(i * step),
      distanceText((i + 1) * step),
      ...present.map((match) => countText(counts[match][i] ?? 0)),
    ]),
  });
}

interface HistogramPlace {
  readonly step: number;
  readonly end: number;
  readonly threshold: number;
  readonly width: number;
  readonly match: (typeof MATCHES)[number];
}

function histogram(counts: readonly number[], { step, end, threshold, width, match }: HistogramPlace): SVGSVGElement {
  const bottom = HEIGHT - MARGIN.bottom;
  const x = linearScale(end, MARGIN.left, width - MARGIN.right, { ticks: width < 500 ? 4 : 8 });
  const most = Math.max(...counts);
  const y = (count: number) => bottom - ((bottom - MARGIN.top) * count) / most;
  const label = `Histogram of the distances of ${MATCH_WORDS[match].name} pairs; its numbers are in the table below`;
  const svg = drawing(width, HEIGHT, label);
  for (const tick of [0, most]) {
    svg.append(line(MARGIN.left, y(tick), width - MARGIN.right, y(tick), "grid"));
    svg.append(text(MARGIN.left - 8, y(tick) + 4, "end", countText(tick)));
  }
  for (const tick of x.ticks) svg.append(text(x.at(tick), HEIGHT - 6, "middle", String(tick)));
  for (const [i, count] of counts.entries()) {
    if (count === 0) continue;
    const [left, right] = [x.at(i * step), x.at((i + 1) * step)];
    // one pair among thousands is still seen
    const height = Math.max(2, bottom - y(count));
    const bar = {
      x: left + 0.5,
      y: bottom - height,
      width: Math.max(1, right - left - 1),
      height,
      class: `bar ${match}`,
    };
    const range = `${distanceText(i * step)} to ${distanceText((i + 1) * step)}`;
    svg.append(svgElement("rect", bar, svgElement("title", {}, `${range}: ${numberOf(count, "pair")}`)));
  }
  svg.append(line(x.at(threshold), MARGIN.top - 6, x.at(threshold), bottom, "threshold"));
  return svg;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
