import { distanceHistogram } from "#page/distance-histogram.ts";
import type { GroupChange, PageContent } from "#page/page-content.ts";
import { candidateRecords } from "#reports/candidates-report.ts";
import { groupRecords } from "#reports/groups-report.ts";
import type { Findings } from "./findings.ts";

/** What report.html shows of a run's findings. */
export function reviewContent(findings: Findings): PageContent {
  const { catalog, pairs, groups, changes, candidates, thumbnails, measure, checks } = findings;
  const duplicates = groups.flatMap(({ members }) => members).filter(({ role }) => role === "duplicate").length;
  return {
    facts: {
      threshold: measure.threshold,
      counts: { images: catalog.images.length, groups: groups.length, duplicates, candidates: candidates.length },
      pairDistances: distanceHistogram(pairs, measure.threshold),
      ...(measure.secondModel === undefined ? {} : { secondModel: measure.secondModel }),
    },
    groups: () => groupRecords(groups, catalog, checks.suggestions),
    candidates: () => candidateRecords(candidates, groups, catalog),
    changes: firstChanges(changes),
    thumbnail: async (path) => thumbnails.of(path),
    maxThumbnails: thumbnails.most,
  };
}

/** Of each group, the change that tells most: its lines begin with that. */
function firstChanges(changes: Findings["changes"]): ReadonlyMap<string, GroupChange> {
  const first = new Map<string, GroupChange>();
  for (const { change, groupId } of changes) if (change !== "gone" && !first.has(groupId)) first.set(groupId, change);
  return first;
}
