import { createHash } from "node:crypto";
import { orderedMap } from "#base/ordered-map.ts";
import { jpegSize } from "#spreadsheets/jpeg-size.ts";
import { DRAWING_PART, HEAD, RELATIONS, relationsPart } from "#spreadsheets/workbook-parts.ts";
import { xmlAttribute } from "#spreadsheets/xml-text.ts";
import type { ZipPart } from "#spreadsheets/zip-writer.ts";

/** JPEG of an image by its object id; undefined where there is none. */
export type PictureOf = (path: string) => Promise<Uint8Array | undefined>;

/** Pixels that a picture may fill, in the middle of its cell of 136 × 100. */
const BOX = { width: 128, height: 92 };
const CELL = { width: 136, height: 100 };
/** Of which 914,400 are an inch, and 96 pixels too. */
const UNITS_PER_PIXEL = 9525;
const READ_AT_ONCE = 4;
const XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing";
const DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main";

/**
 * The pictures of a sheet, each within the first cell of its row, so that they move, sort, hide and go with it. Equal ones are there once.
 *
 * @param paths object ids, from the first row below the header on
 */
export async function* pictureParts(paths: Iterable<string>, pictureOf: PictureOf): AsyncGenerator<ZipPart> {
  const numbers = new Map<string, number>();
  const anchors: string[] = [];
  let row = 0;
  const read = async (path: string) => ({ path, bytes: await pictureOf(path) });
  for await (const { path, bytes } of orderedMap(paths, READ_AT_ONCE, read)) {
    row++;
    const size = bytes && jpegSize(bytes);
    if (!bytes || !size) continue;
    const hash = createHash("sha1").update(bytes).digest("base64");
    let number = numbers.get(hash);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(hash, number);
      yield { name: `xl/media/image${number}.jpeg`, content: bytes };
    }
    anchors.push(anchorXml(row, number, anchors.length + 1, path, size));
  }
  const head = `${HEAD}<xdr:wsDr xmlns:xdr="${XDR}" xmlns:a="${DRAWING}" xmlns:r="${RELATIONS}">`;
  yield { name: DRAWING_PART, content: [head, ...anchors, "</xdr:wsDr>"] };
  const targets = Array.from(numbers.values(), (number) => ["image", `../media/image${number}.jpeg`] as const);
  yield relationsPart("xl/drawings/_rels/drawing1.xml.rels", targets);
}

/** @param row 0 is the header's */
function anchorXml(
  row: number,
  number: number,
  id: number,
  path: string,
  size: { width: number; height: number },
): string {
  const scale = Math.min(BOX.width / size.width, BOX.height / size.height, 1);
  const width = Math.max(1, Math.round(size.width * scale));
  const height = Math.max(1, Math.round(size.height * scale));
  const left = Math.floor((CELL.width - width) / 2);
  const top = Math.floor((CELL.height - height) / 2);
  const corner = (name: string, x: number, y: number) =>
    `<xdr:${name}><xdr:col>0</xdr:col><xdr:colOff>${x * UNITS_PER_PIXEL}</xdr:colOff>` +
    `<xdr:row>${row}</xdr:row><xdr:rowOff>${y * UNITS_PER_PIXEL}</xdr:rowOff></xdr:${name}>`;
  const extent = `<a:ext cx="${width * UNITS_PER_PIXEL}" cy="${height * UNITS_PER_PIXEL}"/>`;
  return (
    `<xdr:twoCellAnchor editAs="twoCell">${corner("from", left, top)}${corner("to", left + width, top + height)}` +
    `<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="${id}" name="Picture ${id}" descr="${xmlAttribute(path)}"/>` +
    '<xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>' +
    `<xdr:blipFill><a:blip r:embed="rId${number}"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>` +
    `<xdr:spPr><a:xfrm><a:off x="0" y="0"/>${extent}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>` +
    "</xdr:pic><xdr:clientData/></xdr:twoCellAnchor>"
  );
}
