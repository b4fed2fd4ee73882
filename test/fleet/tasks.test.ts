import fc from "fast-check";
import { expect, test } from "vitest";
import { packCompared, packRows, unpackCompared, unpackRows } from "#fleet/compare-task.ts";
import { packEmbedded, unpackEmbedded } from "#fleet/embed-task.ts";
import { resultKey, type TaskOutcome } from "#fleet/fleet-plan.ts";
import { FleetTasks } from "#fleet/fleet-tasks.ts";
import type { EmbeddedPicture, FailedPicture } from "#tasks/picture-embedding.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStorage } from "../support/tiny-storage.ts";

test("which rows take part survives a specification, whatever their number", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 70 }), (taking) => {
      const rows = Uint32Array.from(taking.keys()).filter((row) => taking[row]);
      const packed: unknown = JSON.parse(JSON.stringify(packRows(rows, taking.length)));
      expect(unpackRows(packed as string | null, taking.length)).toEqual(rows);
      expect(packed === null).toBe(rows.length === taking.length);
    }),
  );
});

test("pictures, their views, those that are like the picture and those that failed come back as they were", () => {
  const vector = (first: number) => Float32Array.of(first, -0, 2 ** -140, 3.4e38);
  const pictures: (EmbeddedPicture | FailedPicture)[] = [
    { fault: "content", reason: 'no picture: "\u2028"' },
    { width: 3, height: 4, vectors: [vector(1), undefined, vector(2)] },
    { fault: "circumstances", reason: "gone" },
    { width: 5, height: 6, vectors: [vector(3), vector(4), undefined] },
  ];
  expect(unpackEmbedded(packEmbedded(pictures), "this")).toEqual(pictures);
  expect(unpackEmbedded(packEmbedded([]), "this")).toEqual([]);
  const failed = pictures.slice(0, 1);
  expect(unpackEmbedded(packEmbedded(failed), "this")).toEqual(failed);
});

test("pairs and what became of the others come back as they were", () => {
  const pairs = {
    left: Uint32Array.of(1, 2),
    right: Uint32Array.of(3, 2 ** 32 - 1),
    distance: Float64Array.of(0, 1 / 3),
  };
  const found = { pairs: { ...pairs, count: 2 }, skippedByBlock: 2 ** 40, refined: 7 };
  expect(unpackCompared(packCompared(found), "this")).toEqual(found);
});

/** Tasks whose results are written at once, or never. */
async function tasksWith(outcome: (asked: number) => TaskOutcome, result: (asked: number) => Uint8Array) {
  const storage = tinyStorage(await temporaryFolder());
  const names: string[] = [];
  const queue = {
    run: async (_kind: string, name: string) => {
      names.push(name);
      const found = outcome(names.length);
      if (found.isDone) await storage.write(resultKey("space/", name), result(names.length));
      return found;
    },
    close: async () => undefined,
  };
  return { tasks: new FleetTasks(queue, storage, "space/"), names };
}

test("a result that is damaged in storage is made anew, once", async () => {
  const good = packCompared({
    pairs: { left: Uint32Array.of(1), right: Uint32Array.of(2), distance: Float64Array.of(0.5), count: 1 },
    skippedByBlock: 0,
    refined: 1,
  });
  const damaged = good.slice();
  damaged[good.length - 1] ^= 1;
  const done = () => ({ isDone: true }) as const;
  const { tasks, names } = await tasksWith(done, (asked) => (asked === 1 ? damaged : good));
  const task = await tasks.run("compare", { a: 1 }, "a task");
  expect((await task?.read(unpackCompared))?.pairs.count).toBe(1);
  expect(names).toHaveLength(2);
  expect(new Set(names).size).toBe(1);
  const { tasks: hopeless } = await tasksWith(done, () => damaged);
  const other = await hopeless.run("compare", { a: 1 }, "a task");
  await expect(other?.read(unpackCompared)).rejects.toThrow("its checksum is wrong");
});

test("the name of a task hangs on its kind and on all that it asks for", async () => {
  const { tasks, names } = await tasksWith(
    () => ({ isDone: true }),
    () => new Uint8Array(1),
  );
  await tasks.run("compare", { a: 1 }, "");
  await tasks.run("compare", { a: 2 }, "");
  await tasks.run("embed", { a: 1 }, "");
  await tasks.run("embed", { a: 1 }, "");
  expect(new Set(names).size).toBe(3);
  expect(names[3]).toBe(names[2]);
  for (const name of names) expect(name).toMatch(/^(compare|embed)-[0-9a-f]{64}$/);
});

test("a run of which every task fails ends before all were tried", async () => {
  const { tasks, names } = await tasksWith(
    () => ({ isDone: false, reason: "no such model", tries: 3 }),
    () => new Uint8Array(1),
  );
  const all = async () => {
    for (let i = 0; i < 100; i++) await tasks.run("embed", i, `task ${i}`);
  };
  await expect(all()).rejects.toThrow(/^10 tasks were set aside.*no such model/s);
  expect(names).toHaveLength(10);
});

test("tasks that were set aside are named at the end, with what they were about and why", async () => {
  const { tasks } = await tasksWith(
    (asked) => (asked === 2 ? { isDone: true } : { isDone: false, reason: "out of luck", tries: 3 }),
    () => new Uint8Array(1),
  );
  tasks.refuseSetAside();
  expect(await tasks.run("embed", 1, "the first")).toBeUndefined();
  expect(await tasks.run("embed", 2, "the second")).toBeDefined();
  expect(() => tasks.refuseSetAside()).toThrow(
    /^A task was set aside.*the first, tried 3 times: out of luck.*run again/s,
  );
  for (let i = 3; i < 20; i++) await tasks.run("embed", i, `task ${i}`);
  expect(() => tasks.refuseSetAside()).toThrow(/^18 tasks were set aside.*and 8 more/s);
});
