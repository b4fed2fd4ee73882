import { createReadStream } from "node:fs";
import { messageOf } from "#base/pipeline-error.ts";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";

/** Takes a record and the list that it is of: a key of the object at the top, or empty where the list is at the top itself. */
type OnRecord = (list: string, record: unknown) => void;

/**
 * Reads a JSON file that is a list of records, or an object with such lists, and holds no more than a record of it at a time: files may be
 * larger than any string. Parsers that tell every token take several times as long.
 *
 * @returns the same JSON with 0 for every record
 * @throws PipelineError `settings` naming the file, and the record where it is in one: no JSON, or cut off
 */
export async function readJsonRecords(file: string, onRecord: OnRecord): Promise<unknown> {
  const cutter = new RecordCutter(file, onRecord);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) cutter.add(chunk);
    return JSON.parse(cutter.outline);
  } catch (error) {
    throw unreadableLabels(file, error, "; export it again if it was cut off");
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];

/** Cuts records out of the bytes of a JSON file; whether these are JSON is for `JSON.parse` to say, of each record and of what is left. */
class RecordCutter {
  readonly #file: string;
  readonly #onRecord: OnRecord;
  readonly #outline: string[] = [];
  /** Of the record or the text between records that an earlier chunk has begun. */
  #begun: Buffer[] = [];
  #depth = 0;
  #inText = false;
  #isEscaped = false;
  /** Depth at which records begin; 0 outside of lists. */
  #recordDepth = 0;
  #list = "";
  #number = 0;

  constructor(file: string, onRecord: OnRecord) {
    this.#file = file;
    this.#onRecord = onRecord;
  }

  /** What is left besides the records. */
  get outline(): string {
    this.#outline.push(this.#taken(Buffer.alloc(0)));
    return this.#outline.join("").replace(/^\ufeff/, "");
  }

  add(chunk: Buffer): void {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (this.#inText) this.#passText(byte);
      else if (byte === QUOTE) this.#inText = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) from = this.#open(byte, chunk, from, i);
      else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) from = this.#close(chunk, from, i);
    }
    this.#begun.push(chunk.subarray(from));
  }

  #passText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inText = false;
  }

  /** @returns where the text that is not taken yet begins */
  #open(byte: number, chunk: Buffer, from: number, at: number): number {
    let next = from;
    if (this.#recordDepth > 0 && this.#depth === this.#recordDepth) {
      // mostly a comma, which V8 has only once
      this.#outline.push(this.#taken(chunk.subarray(from, at)).trim());
      next = at;
    } else if (byte === OPEN_LIST && this.#recordDepth === 0 && this.#depth <= 1) {
      // the object at the top begins with `{`, and a list in a list has no key
      const before = this.#taken(chunk.subarray(from, at + 1));
      this.#outline.push(before);
      next = at + 1;
      this.#list = keyOf(before);
      this.#number = 0;
      this.#recordDepth = this.#depth + 1;
    }
    this.#depth++;
    return next;
  }

  #close(chunk: Buffer, from: number, at: number): number {
    this.#depth--;
    if (this.#depth < this.#recordDepth) this.#recordDepth = 0;
    if (this.#recordDepth === 0 || this.#depth !== this.#recordDepth) return from;
    this.#outline.push("0");
    this.#tell(this.#taken(chunk.subarray(from, at + 1)));
    return at + 1;
  }

  #tell(text: string): void {
    this.#number++;
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch (error) {
      const place = `record ${this.#number}${this.#list === "" ? "" : ` of "${this.#list}"`}`;
      throw labelProblem(this.#file, place, messageOf(error), "JSON; export it again if it was cut off");
    }
    this.#onRecord(this.#list, record);
  }

  /** What was begun, with its end. */
  #taken(end: Buffer): string {
    if (this.#begun.length === 0) return end.toString("utf8");
    const all = Buffer.concat([...this.#begun, end]);
    this.#begun = [];
    return all.toString("utf8");
  }
}

/** The key of the list that a text ends with the beginning of. */
function keyOf(text: string): string {
  const key = /"(?:[^"\\]|\\.)*"(?=\s*:\s*\[$)/s.exec(text)?.[0];
  return key === undefined ? "" : JSON.parse(key);
}
