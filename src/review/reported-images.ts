import { storedCandidates, storedGroups } from "#artifacts/stored-groups.ts";
import type { DecidedImage, Decision } from "#data/decision.ts";
import type { GroupRole } from "#data/group.ts";
import type { CandidateRecord } from "#data/report-records.ts";
import { couldBecome, DATES, sketchesOf } from "#review/could-become.ts";

/** An image and the facts that its content is known by. */
export interface KnownImage extends DecidedImage {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** An image as the latest run reported it. */
export interface ReportedImage extends KnownImage {
  /** Empty where it is in no group, as are the fields below. */
  readonly role: GroupRole | "";
  readonly groupId: string;
  readonly keeper: DecidedImage | undefined;
  readonly distanceToKeep: number | undefined;
  /** Whether it is in candidates.csv. */
  readonly isCandidate: boolean;
  /** What the reports said of it when they were written. */
  readonly decision: Decision | "";
  readonly note: string;
}

/** What tells the content of an image: its hash, or where a report has none, its size in pixels and bytes. */
export type ContentKey = "sha256" | "size";

export function contentOf(image: KnownImage, key: ContentKey): string {
  return key === "sha256" ? image.sha256 : sizeText(image);
}

export function sizeText({ width, height, bytes }: Pick<KnownImage, "width" | "height" | "bytes">): string {
  return `${width} × ${height} pixels in ${bytes} bytes`;
}

/** The images that a person may have decided on, by name and by content. */
export class ReportedImages {
  readonly #byPath = new Map<string, ReportedImage>();
  readonly #byContent = new Map<string, ReportedImage[]>();
  readonly #bySketch = new Map<string, ReportedImage[]>();
  /** Halves of hashes; made when first asked for. */
  #halves: Set<string> | undefined;

  /** Adds an image unless one of its name is there. */
  add(image: ReportedImage): void {
    if (this.#byPath.has(image.path)) return;
    this.#byPath.set(image.path, image);
    for (const key of ["sha256", "size"] as const) push(this.#byContent, contentOf(image, key), image);
    for (const sketch of sketchesOf(image.path)) push(this.#bySketch, sketch, image);
  }

  at(path: string): ReportedImage | undefined {
    return this.#byPath.get(path);
  }

  /** All images of that content; byte-equal files have the same. */
  withContent(content: string): readonly ReportedImage[] {
    return this.#byContent.get(content) ?? [];
  }

  /** All images whose names a spreadsheet may have changed into the cell. */
  namedLike(cell: string, isSure: boolean): ReportedImage[] {
    const near = new Set([...sketchesOf(cell), DATES].flatMap((sketch) => this.#bySketch.get(sketch) ?? []));
    return [...near].filter(({ path }) => couldBecome(path, cell, isSure));
  }

  /** Whether a hash shares half its digits with that of an image: it is that one's, damaged. */
  isNearlyKnown(sha256: string): boolean {
    this.#halves ??= new Set([...this.#byPath.values()].flatMap((image) => halvesOf(image.sha256)));
    return halvesOf(sha256).some((half) => this.#halves?.has(half));
  }
}

/**
 * What the latest run reported.
 *
 * @param reports folder of the latest reports
 * @param known further images, such as all that the run knew: decisions on images that are in no report any more are understood too, and
 *   candidates get their hashes
 * @throws PipelineError `artifact` naming the report that cannot be read
 */
export async function reportedImages(reports: string, known: Iterable<KnownImage> = []): Promise<ReportedImages> {
  const images = new ReportedImages();
  const candidates = new Map<string, CandidateRecord>();
  for await (const candidate of storedCandidates(reports)) candidates.set(candidate.path, candidate);
  const unsaid = { decision: "", note: "" } as const;
  const alone = { role: "", groupId: "", keeper: undefined, distanceToKeep: undefined } as const;
  for await (const { group_id: groupId, members } of storedGroups(reports)) {
    const { path, sha256 } = members[0];
    for (const { role, distance_to_keep: distanceToKeep, ...member } of members) {
      const { width, height, bytes, decision, note } = member;
      const image = { path: member.path, sha256: member.sha256, width, height, bytes, decision, note };
      const isCandidate = candidates.has(member.path);
      images.add({ ...image, role, groupId, keeper: { path, sha256 }, distanceToKeep, isCandidate });
    }
  }
  for (const { path, sha256, width, height, bytes } of known) {
    const { decision, note } = candidates.get(path) ?? unsaid;
    const isCandidate = candidates.has(path);
    images.add({ path, sha256, width, height, bytes, ...alone, isCandidate, decision, note });
  }
  for (const { path, sha256, width, height, bytes, decision, note } of candidates.values()) {
    images.add({ path, sha256, width, height, bytes, ...alone, isCandidate: true, decision, note });
  }
  return images;
}

function push(map: Map<string, ReportedImage[]>, key: string, image: ReportedImage): void {
  const list = map.get(key);
  if (list) list.push(image);
  else map.set(key, [image]);
}

function halvesOf(sha256: string): string[] {
  return sha256 === "" ? [] : [`${sha256.slice(0, 32)}…`, `…${sha256.slice(32)}`];
}
