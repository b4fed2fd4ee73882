import { expect, test } from "vitest";
import type { DecisionRecord } from "#data/decision.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { decidedRows } from "#review/decided-rows.ts";

/** Images by `path=content`. */
function images(...all: string[]): ImageRecord[] {
  return all.map((text) => {
    const [id, sha256 = ""] = text.split("=");
    return { id, sha256, reference: id.startsWith("reference/"), folderLabel: "", width: 1, height: 1, bytes: 1 };
  });
}

function record(decision: DecisionRecord["decision"], first: string, second?: string): DecisionRecord {
  const image = (text: string) => ({ path: text.split("=")[0], sha256: text.split("=")[1] ?? "" });
  return { decision, image: image(first), other: second === undefined ? undefined : image(second), note: "" };
}

function decided(record: DecisionRecord, ...all: string[]): (string | undefined)[] {
  return decidedRows([record], images(...all)).decisions.map((each) => each?.decision);
}

test("a decision holds for a content under its path, and no longer when that has changed", () => {
  expect(decided(record("drop", "a=1"), "a=1", "b=1")).toEqual(["drop", undefined]);
  expect(decided(record("keep", "a=1"), "a=2", "b=1")).toEqual([undefined, undefined]);
  expect(decided(record("keep", "a"), "a", "b")).toEqual(["keep", undefined]);
});

test("keep follows an image that was renamed, where no other has its content", () => {
  expect(decided(record("keep", "a=1"), "b=1", "c=2")).toEqual(["keep", undefined]);
  expect(decided(record("keep", "a=1"), "b=1", "c=1")).toEqual([undefined, undefined]);
});

test("drop never passes on to another file of that content, nor to a reference", () => {
  expect(decided(record("drop", "a=1"), "b=1")).toEqual([undefined]);
  expect(decided(record("drop", "reference/a=1"), "reference/a=1")).toEqual([undefined]);
});

test("two images stay apart under whatever paths their contents come", () => {
  const apart = (first: string, second: string, ...all: string[]) =>
    decidedRows([record("not-duplicate", first, second)], images(...all)).apart;
  expect(apart("a=1", "b=2", "a=1", "b=2", "c=3")).toEqual([[0, 1]]);
  expect(apart("a=1", "b=2", "moved=1", "b=2", "repost=2")).toEqual([
    [0, 1],
    [0, 2],
  ]);
  expect(apart("a=1", "b=2", "a=1", "b=9")).toEqual([]);
  // of one content, these two files alone
  expect(apart("a=1", "b=1", "a=1", "b=1", "c=1")).toEqual([[0, 1]]);
  expect(apart("a", "b", "a", "b", "c")).toEqual([[0, 1]]);
});
