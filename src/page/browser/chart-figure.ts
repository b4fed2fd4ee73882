import { element, svgElement } from "./elements.ts";

/** A chart as a figure: its title, what it tells in a sentence, the drawing, and the same numbers as a table. */
export interface ChartFigure {
  readonly title: string;
  readonly sentence: string;
  readonly drawings: readonly Node[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Puts a chart's figure together; one without drawings has no table either. */
export function chartFigure({ title, sentence, drawings, columns, rows }: ChartFigure): HTMLElement {
  return element(
    "figure",
    { class: "chart" },
    element("figcaption", {}, element("h3", {}, title), element("p", {}, sentence)),
    ...drawings,
    ...(drawings.length > 0 ? [foldedTable(title, columns, rows)] : []),
  );
}

function foldedTable(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const head = element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)));
  const body = rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell))));
  return element(
    "details",
    {},
    element("summary", {}, "The numbers as a table"),
    element(
      "div",
      // scrolls by itself, so it must be reachable by keyboard
      { class: "table-box", tabindex: "0", role: "region", "aria-label": `${title}, as a table` },
      element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)),
    ),
  );
}

/** An empty drawing that reads as one picture. */
export function drawing(width: number, height: number, label: string): SVGSVGElement {
  return svgElement("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
}

/** Words in a drawing, on the line `y`. */
export function text(
  x: number,
  y: number,
  anchor: "start" | "middle" | "end",
  words: string,
  kind = "axis",
): SVGTextElement {
  return svgElement("text", { x, y, "text-anchor": anchor, class: kind }, words);
}

/** @param kind its class in the style */
export function line(x1: number, y1: number, x2: number, y2: number, kind: string): SVGLineElement {
  return svgElement("line", { x1, y1, x2, y2, class: kind });
}
