import { xmlAttribute } from "#spreadsheets/xml-text.ts";
import type { ZipPart } from "#spreadsheets/zip-writer.ts";

export const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
export const SHEET_PART = "xl/worksheets/sheet1.xml";
export const DRAWING_PART = "xl/drawings/drawing1.xml";
export const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
export const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const CONTENT = "application/vnd.openxmlformats";

/** The parts of a workbook of one sheet that do not depend on its rows. */
export function fixedParts(hasPictures: boolean): ZipPart[] {
  const types = [
    `<Default Extension="rels" ContentType="${CONTENT}-package.relationships+xml"/>`,
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>',
    override("xl/workbook.xml", "spreadsheetml.sheet.main"),
    override(SHEET_PART, "spreadsheetml.worksheet"),
    override("xl/styles.xml", "spreadsheetml.styles"),
    hasPictures ? override(DRAWING_PART, "drawing") : "",
  ];
  const parts = [
    part("[Content_Types].xml", `<Types xmlns="${PACKAGE}/content-types">${types.join("")}</Types>`),
    relationsPart("_rels/.rels", [["officeDocument", "xl/workbook.xml"]]),
    relationsPart("xl/_rels/workbook.xml.rels", [
      ["worksheet", "worksheets/sheet1.xml"],
      ["styles", "styles.xml"],
    ]),
  ];
  const drawing = relationsPart("xl/worksheets/_rels/sheet1.xml.rels", [["drawing", "../drawings/drawing1.xml"]]);
  return hasPictures ? [...parts, drawing] : parts;
}

/** @param filtered the cells with filters: spreadsheets want them named */
export function workbookPart(sheet: string, filtered: string): ZipPart {
  const name = xmlAttribute(sheet);
  const area = `'${name.replaceAll("'", "''")}'!${filtered.replace(/([A-Z]+)(\d+)/g, "$$$1$$$2")}`;
  return part(
    "xl/workbook.xml",
    `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><bookViews><workbookView/></bookViews>` +
      `<sheets><sheet name="${name}" sheetId="1" r:id="rId1"/></sheets>` +
      `<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">${area}</definedName></definedNames>` +
      "</workbook>",
  );
}

/** @param targets kind and place of each, numbered from rId1 */
export function relationsPart(name: string, targets: readonly (readonly [kind: string, target: string])[]): ZipPart {
  const relations = targets.map(
    ([kind, target], i) => `<Relationship Id="rId${i + 1}" Type="${RELATIONS}/${kind}" Target="${target}"/>`,
  );
  return part(name, `<Relationships xmlns="${PACKAGE}/relationships">${relations.join("")}</Relationships>`);
}

export function part(name: string, content: string): ZipPart {
  return { name, content: [HEAD, content] };
}

function override(name: string, type: string): string {
  return `<Override PartName="/${name}" ContentType="${CONTENT}-officedocument.${type}+xml"/>`;
}
