import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sessionPlan } from "#features/session-plan.ts";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyModel } from "../support/tiny-model.ts";

test("a small model has a session of one thread a processor, and fewer sessions for a few pictures", async () => {
  const file = join(await temporaryFolder(), "tiny.onnx");
  await writeTinyModel(file);
  expect(sessionPlan(file, { device: "cpu", processors: 16 })).toEqual({ sessions: 16, threads: 1 });
  expect(sessionPlan(file, { device: "cpu", processors: 16, expected: 100 })).toEqual({ sessions: 2, threads: 1 });
  expect(sessionPlan(file, { device: "cpu", processors: 16, expected: 0 })).toEqual({ sessions: 1, threads: 1 });
});

test("sessions of a large model hold 512 MB of weights together, and share the processors", async () => {
  const file = join(await temporaryFolder(), "large.onnx");
  const graph = new GraphBuilder("large").input("a", "float32", [1]);
  graph.node("Identity", ["a"], ["b"]).output("b", "float32", [1]);
  const plan = async (megabytes: number) => {
    await writeFile(file, padded(graph.finish(), megabytes * 2 ** 20));
    return sessionPlan(file, { device: "cpu", processors: 16 });
  };
  expect(await plan(100)).toEqual({ sessions: 5, threads: 3 });
  expect(await plan(300)).toEqual({ sessions: 1, threads: 16 });
});

/** An ONNX file with a documentation text so long. */
function padded(model: Uint8Array, bytes: number): Uint8Array {
  const length: number[] = [];
  for (let rest = bytes; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest % 128) + 128);
  }
  return Buffer.concat([model, Uint8Array.from([6 * 8 + 2, ...length]), Buffer.alloc(bytes)]);
}
