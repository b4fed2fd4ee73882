import { open } from "node:fs/promises";
import { extname } from "node:path";
import { CocoRecords, isCoco } from "#labels/coco.ts";
import { readCvat } from "#labels/cvat.ts";
import { KNOWN_FORMS } from "#labels/known-forms.ts";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";
import type { LabelSet } from "#labels/label-set.ts";
import { LabelStudioTasks } from "#labels/label-studio.ts";
import { readJsonRecords } from "#labels/read-json-records.ts";
import { readLabelCsv } from "#labels/read-label-csv.ts";
import { readYoloYaml } from "#labels/yolo-yaml.ts";

const FORM_OF_EXTENSION: Readonly<Record<string, Form>> = {
  ".csv": "csv",
  ".json": "json",
  ".yaml": "yaml",
  ".yml": "yaml",
  ".xml": "xml",
};

type Form = "csv" | "json" | "yaml" | "xml";

/** See `readLabels`. */
export async function readLabelFile(file: string): Promise<LabelSet> {
  const form = FORM_OF_EXTENSION[extname(file).toLowerCase()] ?? (await formOfContent(file));
  if (form === "csv") return readLabelCsv(file);
  if (form === "yaml") return readYoloYaml(file);
  if (form === "xml") return readCvat(file);
  return readLabelJson(file);
}

async function readLabelJson(file: string): Promise<LabelSet> {
  const [coco, tasks] = [new CocoRecords(file), new LabelStudioTasks(file)];
  const outline = await readJsonRecords(file, (list, record) => {
    if (list === "") tasks.add(record);
    else coco.add(list, record);
  });
  if (isCoco(outline)) return coco.finish(outline);
  if (tasks.areAllOf(outline)) return tasks.finish();
  throw labelProblem(file, "", describeJson(outline), KNOWN_FORMS);
}

async function formOfContent(file: string): Promise<Form> {
  const head = await readHead(file);
  if (/^\s*[[{]/.test(head)) return "json";
  if (/^\s*</.test(head)) return "xml";
  const [firstLine] = head.split(/[\r\n]/, 1);
  if (/\bpath\b/.test(firstLine) && /\blabel\b/.test(firstLine)) return "csv";
  throw labelProblem(file, "", `a file that begins with ${JSON.stringify(head.slice(0, 40))}`, KNOWN_FORMS);
}

async function readHead(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(4096) });
      return buffer.toString("utf8", 0, bytesRead).replace(/^\ufeff/, "");
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadableLabels(file, error);
  }
}

function describeJson(content: unknown): string {
  if (Array.isArray(content)) return "JSON with a list of something else than tasks";
  if (typeof content !== "object" || content === null) return `JSON with nothing but ${JSON.stringify(content)}`;
  const keys = Object.keys(content).slice(0, 5);
  return `JSON with ${keys.length === 0 ? "no keys" : `the keys ${keys.map((key) => JSON.stringify(key)).join(", ")}`}`;
}
