import { Readable } from "node:stream";
import { type Options, parse } from "csv-parse";
import { type DecodedText, decodeText } from "#spreadsheets/decode-text.ts";
import type { RawRow, Sheet } from "#spreadsheets/sheet.ts";

const DELIMITERS = [",", ";", "\t", "|"];
/** Excel's own way to tell the delimiter: a line before the header that spreadsheets do not show. */
const DELIMITER_LINE = /^"?sep=([^"\r\n])"?(\r\n|\r|\n|$)/i;

/**
 * The sheets that the bytes of a text file may be: one for each delimiter, unless its first line tells it. Only one of them has the
 * columns that are looked for.
 *
 * @throws Error when the bytes are no text
 */
export function csvSheets(bytes: Buffer): Sheet[] {
  const text = decodeText(bytes);
  const [start = ""] = text.chunks();
  const told = DELIMITER_LINE.exec(start);
  if (told) return [csvSheet(text, told[1], told[0].length)];
  return DELIMITERS.map((delimiter) => csvSheet(text, delimiter, 0));
}

function csvSheet(text: DecodedText, delimiter: string, skipped: number): Sheet {
  return { name: "", isSure: text.isSure, isStrict: true, rows: () => rowsOf(text, delimiter, skipped) };
}

async function* rowsOf(text: DecodedText, delimiter: string, skipped: number): AsyncGenerator<RawRow> {
  const parser = parse(optionsOf(delimiter));
  const source = Readable.from(textAfter(text, skipped));
  source.on("error", (error) => parser.destroy(error));
  let line = 0;
  let [width, length] = [0, 0];
  try {
    for await (const cells of source.pipe(parser) as AsyncIterable<string[]>) {
      line++;
      if (cells.every((cell) => cell === "")) continue;
      width ||= cells.length;
      length = cells.length;
      yield { line, cells };
    }
  } finally {
    source.destroy();
  }
  // Excel leaves out empty cells at the end of rows, but never the end of the last line
  if (length < width && !text.endsWithLine) {
    throw new Error(`row ${line}: found the end of the file after ${length} cells, expected ${width} as in the header`);
  }
}

function* textAfter(text: DecodedText, skipped: number): Generator<string> {
  let left = skipped;
  for (const chunk of text.chunks()) {
    if (chunk.length > left) yield chunk.slice(left);
    left = Math.max(0, left - chunk.length);
  }
}

function optionsOf(delimiter: string): Options {
  return { delimiter, record_delimiter: ["\r\n", "\n", "\r"], relax_column_count: true, skip_empty_lines: false };
}
