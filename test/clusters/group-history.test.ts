import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "#base/fingerprint.ts";
import { groupChanges } from "#clusters/group-changes.ts";
import { groupIds } from "#clusters/group-ids.ts";
import { overlapOf } from "#clusters/group-overlap.ts";
import type { KnownGroup } from "#data/known-group.ts";

/** Images by a letter each: `a` is the file `a` of content `a`, `x=a` the file `x` of content `a`. */
function imagesOf(text: string) {
  return text.split(" ").map((image) => {
    const [id, content = id] = image.split("=");
    return { id, sha256: content };
  });
}

function known(groups: Readonly<Record<string, string>>): KnownGroup[] {
  return Object.entries(groups).map(([id, text]) => {
    const images = imagesOf(text);
    return { id, paths: images.map((image) => image.id), sha256s: images.map((image) => image.sha256) };
  });
}

/** Names of groups of this run, and what changed as `change group earlier path`. */
function history(earlier: Readonly<Record<string, string>>, now: readonly string[]) {
  const groups = now.map(imagesOf);
  const overlap = overlapOf(groups, known(earlier));
  const ids = groupIds(groups, overlap);
  const changes = groupChanges(groups, ids, overlap);
  const lines = changes.map(({ change, groupId, earlierIds, path }) =>
    [change, groupId, earlierIds.join("+"), path].join(" "),
  );
  return { ids, lines };
}

const fresh = (keeper: string) => `g-${sha256(keeper).slice(0, 16)}`;

test("a group without a past is named after its keeper, and is new", () => {
  expect(history({}, ["a b"])).toEqual({
    ids: [fresh("a")],
    lines: [`new ${fresh("a")}  a`, `new ${fresh("a")}  b`],
  });
});

test("a group keeps its name while its keeper stays, whoever comes and leaves", () => {
  expect(history({ one: "a b c d" }, ["a x y"])).toEqual({
    ids: ["one"],
    lines: ["grown one one x", "grown one one y", "shrunk one one b", "shrunk one one c", "shrunk one one d"],
  });
});

test("a group keeps its name while most of its images stay, though a better keeper has come", () => {
  expect(history({ one: "a b c" }, ["x a b"])).toEqual({
    ids: ["one"],
    lines: ["grown one one x", "shrunk one one c"],
  });
  expect(history({ one: "a b c d" }, ["x c d"]).ids).toEqual([fresh("x")]);
});

test("images that were moved stay what they are", () => {
  expect(history({ one: "a b" }, ["b new/a=a"])).toEqual({ ids: ["one"], lines: [] });
  // a copy of what stays is another image
  expect(history({ one: "a b" }, ["a b new/a=a"])).toEqual({ ids: ["one"], lines: ["grown one one new/a"] });
  // and so is another content under an old name
  expect(history({ one: "a b" }, ["a b=c"]).lines).toEqual(["grown one one b", "shrunk one one b"]);
});

test("groups that merged take the name of the one whose keeper stays", () => {
  expect(history({ one: "a b c", two: "d e" }, ["d a b c e"])).toEqual({
    ids: ["two"],
    lines: ["merged two one+two d"],
  });
});

test("of a group that was split the part with the keeper has the name, and no two groups have one", () => {
  expect(history({ [fresh("a")]: "a b c d e" }, ["b c d", "a e"])).toEqual({
    ids: [fresh("b"), fresh("a")],
    lines: [`split ${fresh("b")} ${fresh("a")} b`, `split ${fresh("a")} ${fresh("a")} a`],
  });
  // the keeper's own name is taken: its new group needs another
  const { ids } = history({ [fresh("a")]: "k b c d" }, ["k b c", "a x"]);
  expect(ids[0]).toBe(fresh("a"));
  expect(new Set(ids).size).toBe(2);
});

test("a group of which no image is in a group is gone", () => {
  expect(history({ one: "a b", two: "c d" }, ["c d"]).lines).toEqual(["gone one one a", "gone one one b"]);
});

test("groups that stay as they are bring no line, and names are never given twice", () => {
  const parts = fc
    .shuffledSubarray([..."abcdefghijklmnop"], { minLength: 4 })
    .chain((letters) =>
      fc
        .uniqueArray(fc.nat(letters.length), { maxLength: 6 })
        .map((cuts) =>
          [0, ...cuts.sort((a, b) => a - b), letters.length].map((end, i, all) => letters.slice(all[i - 1] ?? 0, end)),
        ),
    )
    .map((sets) => sets.filter(({ length }) => length > 1).map((set) => set.join(" ")));
  fc.assert(
    fc.property(parts, parts, parts, (first, second, third) => {
      let earlier: Record<string, string> = {};
      for (const groups of [first, second, third]) {
        const { ids, lines } = history(earlier, groups);
        expect(new Set(ids).size).toBe(groups.length);
        const came = lines.filter((line) => /^(new|grown) /.test(line)).map((line) => line.slice(-1));
        const left = lines.filter((line) => /^(shrunk|gone) /.test(line)).map((line) => line.slice(-1));
        const before = new Set(Object.values(earlier).join(" "));
        const after = new Set(groups.join(" "));
        expect(came.sort()).toEqual([...after].filter((id) => id !== " " && !before.has(id)).sort());
        expect(left.sort()).toEqual([...before].filter((id) => id !== " " && !after.has(id)).sort());
        earlier = Object.fromEntries(groups.map((group, i) => [ids[i], group]));
        expect(history(earlier, groups)).toEqual({ ids, lines: [] });
      }
    }),
  );
});
