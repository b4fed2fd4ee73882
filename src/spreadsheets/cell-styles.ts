import { MAIN, part } from "#spreadsheets/workbook-parts.ts";
import type { ZipPart } from "#spreadsheets/zip-writer.ts";

const FORMATS = ["number", "text", "decision"] as const;

/** How a cell is shown: a number, a text that stays one when it is edited, or a cell for the reviewer to fill in. */
export type CellFormat = (typeof FORMATS)[number];

export const HEADER_STYLE = 1;

/**
 * The style of a cell of a row.
 *
 * @param isDark whether its group is one of every second
 * @param isBold whether it is the image that stays
 */
export function cellStyle(format: CellFormat, isDark: boolean, isBold: boolean): number {
  return 2 + FORMATS.indexOf(format) + FORMATS.length * (Number(isDark) + 2 * Number(isBold));
}

/** Fonts, fills and the styles that `cellStyle` numbers. */
export function stylesPart(): ZipPart {
  const fonts = [font(""), font("<b/>"), font("<b/>", "FFFFFFFF")];
  const fills = ['<fill><patternFill patternType="none"/></fill>', '<fill><patternFill patternType="gray125"/></fill>'];
  fills.push(...["FFEAF0F6", "FF2F4858", "FFFFF8E1", "FFFFEFC2"].map(fill));
  const line = '<left/><right/><top/><bottom style="thin"><color rgb="FFD5DCE3"/></bottom><diagonal/>';
  const styles = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>', style(0, 2, 3, "center")];
  for (const bold of [0, 1]) {
    for (const dark of [0, 1]) {
      for (const format of FORMATS) {
        styles.push(
          style(format === "number" ? 0 : 49, bold, fillOf(format, dark), format === "number" ? "right" : "left"),
        );
      }
    }
  }
  return part(
    "xl/styles.xml",
    `<styleSheet xmlns="${MAIN}">${list("fonts", fonts)}${list("fills", fills)}` +
      list("borders", ["<border><left/><right/><top/><bottom/><diagonal/></border>", `<border>${line}</border>`]) +
      list("cellStyleXfs", ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>']) +
      `${list("cellXfs", styles)}</styleSheet>`,
  );
}

function fillOf(format: CellFormat, dark: number): number {
  if (format === "decision") return 4 + dark;
  return dark === 1 ? 2 : 0;
}

function style(numberFormat: number, fontId: number, fillId: number, side: string): string {
  const alignment = `<alignment horizontal="${side}" vertical="center" wrapText="1"${side === "center" ? "" : ' indent="1"'}/>`;
  const ids = `numFmtId="${numberFormat}" fontId="${fontId}" fillId="${fillId}" borderId="1" xfId="0"`;
  return `<xf ${ids} applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">${alignment}</xf>`;
}

function font(weight: string, color = "FF1F2933"): string {
  return `<font>${weight}<sz val="11"/><color rgb="${color}"/><name val="Calibri"/><family val="2"/></font>`;
}

function fill(color: string): string {
  return `<fill><patternFill patternType="solid"><fgColor rgb="${color}"/><bgColor indexed="64"/></patternFill></fill>`;
}

function list(name: string, items: readonly string[]): string {
  return `<${name} count="${items.length}">${items.join("")}</${name}>`;
}
