import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { matrixOf } from "../support/random-features.ts";
import { readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Rows = readonly (readonly [id: string, feature: readonly number[]])[];

/** Groups of made features, as groups.csv and groups.json tell them. */
async function groupsOf(rows: Rows, threshold: number, mode: "component" | "direct") {
  const folder = await temporaryFolder();
  const [features, output, config] = ["features", "out", "config.json"].map((name) => join(folder, name));
  await mkdir(features);
  await writeFile(join(features, "0000.features.npy"), formatFeatureArray(matrixOf(rows.map(([, values]) => values))));
  await writeFile(join(features, "0000.object_ids.npy"), formatUnicodeArray(rows.map(([id]) => id)));
  await writeFile(config, JSON.stringify({ cluster: { mode } }));
  const flags = ["--config", config, "--features", features, "--threshold", String(threshold), "--output", output];
  const { exitCode, stderr, stdout } = await runPipelineCommand(flags);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const json = await readFile(join(output, "reports/groups.json"), "utf8");
  return { members: await readReport(output, "groups"), json, groups: JSON.parse(json).groups, stdout };
}

const LINE: Rows = [
  ["d", [3]],
  ["a", [0]],
  ["b", [1]],
  ["c", [2]],
  ["e", [9]],
];

test("a chain of likenesses becomes one group whose far members are marked, and which tells what it hangs by", async () => {
  const { members, groups, stdout } = await groupsOf(LINE, 1, "component");
  expect(members.map((row) => [row.path, row.keep_path, row.distance_to_keep, row.link, row.nearest_path])).toEqual([
    ["a", "a", "0", "", "b"],
    ["b", "a", "1", "direct", "a"],
    ["c", "a", "2", "chain", "b"],
    ["d", "a", "3", "chain", "c"],
  ]);
  expect(groups).toMatchObject([
    {
      diameter: 3,
      diameter_is: "exact",
      medoid_path: "b",
      weakest_link: { path_a: "c", path_b: "d", distance: 1, match: "similar" },
    },
  ]);
  expect(stdout).toMatch(
    /2 members are copies of the image to keep only through others.*"cluster": { "mode": "direct" }/s,
  );
});

test("direct groups leave no member farther than the threshold from its keeper", async () => {
  const { members, groups, stdout } = await groupsOf(LINE, 1, "direct");
  expect(members.map((row) => [row.path, row.keep_path, row.distance_to_keep, row.link])).toEqual([
    ["a", "a", "0", ""],
    ["b", "a", "1", "direct"],
    ["c", "c", "0", ""],
    ["d", "c", "1", "direct"],
  ]);
  expect(groups.map(({ diameter }: { diameter: number }) => diameter)).toEqual([1, 1]);
  expect(stdout).not.toContain("through others");
});

test.each(["component", "direct"] as const)(
  "a made chain of 1,000 gives the same %s groups, whatever the order of its rows",
  async (mode) => {
    const angle = (i: number) => (i * Math.PI) / 1000;
    const chain = Array.from({ length: 1000 }, (_, i) => {
      const id = `frame ${String((i * 613) % 1000).padStart(4, "0")}`;
      return [id, [Math.cos(angle(i)), Math.sin(angle(i)), (i % 7) * 1e-4]] as const;
    });
    const random = new SeededRandom(5);
    const shuffled = chain.map((row) => ({ row, key: random.between(0, 1) })).sort((a, b) => a.key - b.key);
    const threshold = 0.05;
    const first = await groupsOf(chain, threshold, mode);
    const other = await groupsOf(
      shuffled.map(({ row }) => row),
      threshold,
      mode,
    );
    expect(other.json).toBe(first.json);
    expect(other.members).toEqual(first.members);
    const far = first.members.filter((row) => Number(row.distance_to_keep) > threshold);
    if (mode === "direct") expect(far).toEqual([]);
    else {
      expect(first.groups).toHaveLength(1);
      expect(far).toEqual(first.members.filter(({ link }) => link === "chain"));
      expect(first.groups[0].diameter).toBeCloseTo(2, 5);
      expect(first.groups[0].weakest_link.distance).toBeLessThan(0.01);
    }
  },
);
