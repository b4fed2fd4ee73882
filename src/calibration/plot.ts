interface Curve {
  readonly name: string;
  readonly colour: string;
  /** Threshold and share, by threshold. */
  readonly points: readonly (readonly [number, number])[];
  readonly isDashed?: boolean;
  /** Ends of an interval around the curve: threshold, low and high. */
  readonly band?: readonly (readonly [number, number, number])[];
}

export interface Plot {
  readonly title: string;
  readonly subtitle: string;
  readonly xName: string;
  /** Thresholds to either end. */
  readonly range: readonly [number, number];
  readonly curves: readonly Curve[];
  /** Thresholds that are pointed out; the first is drawn strongest. */
  readonly marks: readonly Mark[];
}

interface Mark {
  readonly at: number;
  readonly name: string;
}

const [WIDTH, HEIGHT] = [860, 520];
const FRAME = { left: 74, right: 24, top: 104, bottom: 62 };
const INNER = { width: WIDTH - FRAME.left - FRAME.right, height: HEIGHT - FRAME.top - FRAME.bottom };
const INK = "#1d2530";
const PALE = "#5c6773";
const GRID = "#e3e7ec";
const DASHES = ' stroke-dasharray="7 4"';
const FONT = "font-family=\"system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif\"";

/** Curves of shares over thresholds as an SVG picture on white, so that it can be read on any page. */
export function plotSvg({ title, subtitle, xName, range, curves, marks }: Plot): string {
  const place = placer(range);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(FRAME.left, 32, title, { size: 19, fill: INK, weight: 600 }),
    text(FRAME.left, 54, subtitle, { size: 13.5, fill: PALE }),
    legend(curves),
    shareLines(place),
    thresholdLines(place, range),
    text(FRAME.left + INNER.width / 2, HEIGHT - 16, xName, { size: 13.5, fill: PALE, anchor: "middle" }),
    ...curves.map((curve) => drawn(curve, place)),
    ...marks.map(({ at }, i) => markLine(at, i === 0, place)),
    // the last first: where names meet, the one that matters most lies on top
    ...marks.map((mark, i) => markName(mark, i, marks, place)).reverse(),
  ];
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" ${FONT}>\n<title>${escaped(title)}</title>\n${parts.join("\n")}\n</svg>\n`;
}

type Placer = (threshold: number, share: number) => readonly [x: string, y: string];

function placer([first, last]: Plot["range"]): Placer {
  return (threshold, share) => {
    const x = FRAME.left + ((threshold - first) / (last - first)) * INNER.width;
    const y = FRAME.top + (1 - share) * INNER.height;
    return [x.toFixed(1), y.toFixed(1)];
  };
}

function legend(curves: readonly Curve[]): string {
  let x = FRAME.left;
  return curves
    .map(({ name, colour, isDashed }) => {
      const line = `<path d="M${x} 80h26" stroke="${colour}" stroke-width="3"${isDashed ? DASHES : ""}/>`;
      const label = text(x + 34, 85, name, { size: 14, fill: INK });
      // about the width of a letter, as fonts are not known
      x += 34 + 7.6 * name.length + 28;
      return line + label;
    })
    .join("\n");
}

function shareLines(place: Placer): string {
  return [0, 0.2, 0.4, 0.6, 0.8, 1]
    .map((share) => {
      const [, y] = place(0, share);
      const line = `<path d="M${FRAME.left} ${y}h${INNER.width}" stroke="${share === 0 ? PALE : GRID}"/>`;
      return (
        line +
        text(FRAME.left - 10, Number(y) + 5, `${Math.round(100 * share)} %`, { size: 13, fill: PALE, anchor: "end" })
      );
    })
    .join("\n");
}

/** Lines at round thresholds, at most ten. */
function thresholdLines(place: Placer, [first, last]: Plot["range"]): string {
  const power = 10 ** Math.floor(Math.log10((last - first) / 2));
  const step =
    [0.1, 0.2, 0.5, 1, 2, 5].map((times) => times * power).find((each) => (last - first) / each <= 10) ?? power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const lines: string[] = [];
  for (let i = Math.ceil(first / step - 1e-9); i * step <= last + 1e-9; i++) {
    const [x, y] = place(i * step, 0);
    lines.push(`<path d="M${x} ${FRAME.top}v${INNER.height}" stroke="${GRID}"/>`);
    lines.push(
      text(Number(x), Number(y) + 21, (i * step).toFixed(decimals), { size: 13, fill: PALE, anchor: "middle" }),
    );
  }
  return lines.join("\n");
}

function drawn({ colour, points, band, isDashed }: Curve, place: Placer): string {
  const path = (some: readonly (readonly [number, number])[]) => some.map(([x, y]) => place(x, y).join(" ")).join("L");
  const line =
    points.length > 0
      ? `<path d="M${path(points)}" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round" fill="none"${isDashed ? DASHES : ""}/>`
      : "";
  if (!band || band.length === 0) return line;
  const [low, high] = [band.map(([x, y]) => [x, y] as const), band.map(([x, , y]) => [x, y] as const).reverse()];
  return `<path d="M${path(low)}L${path(high)}Z" fill="${colour}" opacity="0.16"/>\n${line}`;
}

function markLine(at: number, isFirst: boolean, place: Placer): string {
  const [x, top] = place(at, 1);
  const style = isFirst
    ? `stroke="${INK}" stroke-width="1.8"`
    : `stroke="${PALE}" stroke-width="1.2" stroke-dasharray="5 4"`;
  return `<path d="M${x} ${top}v${INNER.height}" ${style}/>`;
}

/** Room that a mark's name needs beside its line. */
const NAME_WIDTH = 150;

function markName({ at, name }: Mark, rank: number, marks: readonly Mark[], place: Placer): string {
  const [x] = place(at, 0).map(Number);
  // on the side where no other mark is, unless the frame ends there
  const isLeft = marks.every((other) => other.at >= at);
  const fitsLeft = x - NAME_WIDTH > FRAME.left;
  const fitsRight = x + NAME_WIDTH < WIDTH - FRAME.right;
  const onLeft = isLeft ? fitsLeft : !fitsRight;
  // near the ground, where the curves are not, and below each other
  const y = FRAME.top + INNER.height - 34 + 20 * rank;
  return text(x + (onLeft ? -8 : 8), y, name, {
    size: 13.5,
    fill: rank === 0 ? INK : PALE,
    weight: rank === 0 ? 600 : 400,
    anchor: onLeft ? "end" : "start",
    halo: true,
  });
}

interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly weight?: number;
  readonly anchor?: "start" | "middle" | "end";
  /** A rim of the ground's colour, where lines pass below. */
  readonly halo?: boolean;
}

function text(
  x: number,
  y: number,
  content: string,
  { size, fill, weight = 400, anchor = "start", halo }: TextStyle,
): string {
  const rim = halo ? ' stroke="#ffffff" stroke-width="4" paint-order="stroke"' : "";
  const style = `font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}"`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${style}${rim}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
