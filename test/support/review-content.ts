import { sha256 } from "#base/fingerprint.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { MATCHES, type Match } from "#data/match.ts";
import { distanceHistogram } from "#page/distance-histogram.ts";
import type { PageCandidate, PageContent, PageGroup, PageMember } from "#page/page-content.ts";
import { drawPicture } from "./pictures.ts";

const THRESHOLD = 0.7;

/** A member of a group; the first path given is that of its keeper. */
export function reviewMember(path: string, keepPath: string, over: Partial<PageMember> = {}): PageMember {
  const isKeeper = path === keepPath;
  return {
    role: isKeeper ? "keeper" : "duplicate",
    path,
    keep_path: keepPath,
    distance_to_keep: isKeeper ? 0 : 0.25,
    nearest_path: keepPath,
    nearest_distance: 0.25,
    match: isKeeper ? "" : "copy",
    link: isKeeper ? "" : "direct",
    label: "",
    suggested_label: "",
    suggested_label_from: null,
    suggested_label_distance: null,
    split: "",
    width: 640,
    height: 480,
    bytes: 12_345,
    sha256: sha256(path),
    decision: "",
    note: "",
    ...over,
  };
}

/** A group of the members, the keeper first. */
export function reviewGroup(id: string, members: readonly PageMember[]): PageGroup {
  return { group_id: id, diameter: 0.3, diameter_is: "exact", members };
}

/** A group of so many paths, all copies of the first. */
export function groupOfPaths(id: string, ...paths: readonly string[]): PageGroup {
  return reviewGroup(
    id,
    paths.map((path) => reviewMember(path, paths[0])),
  );
}

export function reviewCandidate(rank: number, path: string, over: Partial<PageCandidate> = {}): PageCandidate {
  return {
    rank,
    path,
    nearest_labeled_path: null,
    nearest_labeled_distance: null,
    nearest_chosen_path: rank > 1 ? "better.jpg" : null,
    nearest_chosen_distance: rank > 1 ? 1 / rank : null,
    coverage_radius: 1 / (rank + 1),
    group_id: "",
    group_size: 1,
    width: 640,
    height: 480,
    bytes: 23_456,
    sha256: sha256(path),
    decision: "",
    note: "",
    ...over,
  };
}

/** What a report says of groups and candidates, with a drawn thumbnail for each picture, the same for the same path. */
export function reviewContent(
  groups: readonly PageGroup[],
  candidates: readonly PageCandidate[] = [],
  over: Partial<PageContent> = {},
): PageContent {
  const members = groups.flatMap(({ members }) => members).filter(({ match }) => match !== "");
  const pairs = {
    count: members.length,
    distance: Float64Array.from(members, ({ distance_to_keep }) => distance_to_keep),
    match: Uint8Array.from(members, ({ match }) => MATCHES.indexOf(match as Match)),
  };
  const counts = {
    images: 1000,
    groups: groups.length,
    duplicates: members.length,
    candidates: candidates.length,
  };
  return {
    facts: { threshold: THRESHOLD, counts, pairDistances: distanceHistogram(pairs, THRESHOLD) },
    groups: () => groups,
    candidates: () => candidates,
    thumbnail: (path) => drawPicture(path.length, { width: 160, height: 120 }).jpeg().toBuffer(),
    maxThumbnails: 10_000,
    ...over,
  };
}

/** Groups of 2 to 6 images of all kinds, the same for the same seed. */
export function* randomGroups(count: number, seed: number): Generator<PageGroup> {
  const random = new SeededRandom(seed);
  for (let i = 0; i < count; i++) {
    const size = random.between(0, 1) < 0.85 ? 2 : random.integer(3, 7);
    const folder = `crawl-${random.integer(10, 99)}/${random.integer(100_000, 999_999)}`;
    const keepPath = `${folder}/image_${i}_0.jpg`;
    const copies = Array.from({ length: size - 1 }, (_, m) => {
      const distance = random.between(0, THRESHOLD);
      return reviewMember(`${folder}/image_${i}_${m + 1}.jpg`, keepPath, {
        distance_to_keep: distance,
        nearest_distance: distance,
        match: random.pick(MATCHES),
        link: m > 2 ? "chain" : "direct",
        label: random.pick(["", "", "", "", "", "cat", "dog"]),
        bytes: random.integer(5_000, 500_000),
      });
    });
    const members = [reviewMember(keepPath, keepPath), ...copies];
    yield reviewGroup(`g-${String(i).padStart(16, "0")}`, members);
  }
}

/** Names that would run, if anything ran them. */
export const MARKUP_NAMES = [
  "<img src=x onerror=alert(1)>.jpg",
  '"><script>alert(2)</script>.jpg',
  "</script><script>alert(3)</script>",
  "javascript:alert(4)//<svg/onload=alert(5)>",
  "=cmd()|'/C calc'!A0",
  "line\nend\r\u2028\u202egpj.txt",
];

/** Groups of every kind that a report can hold, and candidates. */
export function mixedContent(over: Partial<PageContent> = {}): PageContent {
  const groups = [
    groupOfPaths("g-plain", "plain/a.jpg", "plain/b.jpg", "plain/c.jpg"),
    groupOfPaths("g-markup", ...MARKUP_NAMES),
    reviewGroup("g-reference", [
      reviewMember("labeled/r.jpg", "labeled/r.jpg", { role: "reference", label: "cat" }),
      reviewMember("new/r.jpg", "labeled/r.jpg", {
        match: "same-bytes",
        distance_to_keep: 0,
        suggested_label: "cat",
        suggested_label_from: "labeled/r.jpg",
        suggested_label_distance: 0,
      }),
      reviewMember("new/s.jpg", "labeled/r.jpg", { match: "similar", link: "chain", label: "dog" }),
    ]),
    reviewGroup("g-decided", [
      reviewMember("old/k.jpg", "old/k.jpg"),
      reviewMember("old/d.jpg", "old/k.jpg", { decision: "drop", note: "blurred" }),
    ]),
    groupOfPaths("g-film", ...Array.from({ length: 60 }, (_, i) => `film/${i}.png`)),
    ...randomGroups(60, 1),
  ];
  const candidates = Array.from({ length: 70 }, (_, i) => reviewCandidate(i + 1, `pool/${i + 1}.jpg`));
  const changes = new Map([["g-plain", "new" as const]]);
  return reviewContent(groups, candidates, { changes, ...over });
}
