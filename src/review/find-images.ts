import { fromCell } from "#data/spreadsheet-cell.ts";
import { couldBecome } from "#review/could-become.ts";
import { contentOf, type ReportedImage, type ReportedImages } from "#review/reported-images.ts";
import type { RowText } from "#review/reviewed-row.ts";

/** What a row speaks of: an image, one that is gone or has changed since, or nobody can tell, and why. */
export type Found = ReportedImage | "gone" | { readonly unclear: string };

/** Images that stand in the file under their own names, with their own content. */
type Claimed = ReadonlySet<ReportedImage>;

export interface FoundImages {
  /** By row of the texts. */
  readonly found: readonly Found[];
  readonly claimed: Claimed;
}

/**
 * Finds the image of every row by name and content, never by position. A row whose name and content are both of one image speaks of it,
 * unless its name may have been made of that of another image of the same content, which stands nowhere in the file under its own
 * name. A name that nobody has, or nobody of that content, is found by content, where it may have been made of the name of one
 * image alone.
 */
export function findImages(texts: readonly RowText[], images: ReportedImages): FoundImages {
  const exact = texts.map((text) => {
    const image = images.at(text.path);
    return image && contentOf(image, text.contentKey) === text.content ? image : undefined;
  });
  const claimed = new Set(exact.filter((image) => image !== undefined));
  const found = texts.map((text, i) => {
    const image = exact[i];
    if (image) return ofItsName(text, image, images, claimed);
    const other = images.at(text.path);
    return other ? ofOtherContent(text, other, images, claimed) : ofUnknownName(text, images, claimed);
  });
  return { found, claimed };
}

function ofItsName(text: RowText, image: ReportedImage, images: ReportedImages, claimed: Claimed): Found {
  const alike = sameContentNamedLike(text, images);
  // a list of candidates has one of the images of a content, and it is not this one
  const candidates = text.contentKey === "size" && !image.isCandidate ? sameContent(text, images) : [];
  const rival = [...alike, ...candidates].find((other) => other !== image && !claimed.has(other));
  if (!rival) return image;
  const found = `that may be ${quoted(image.path)} or ${quoted(rival.path)}, of the same ${text.contentKey}`;
  return unclear(text, found, "the rows of both under their own names");
}

/**
 * The name is that of an image, but the content is not its: the file changed, or a spreadsheet made the name of that of another image,
 * which the content then tells.
 */
function ofOtherContent(text: RowText, image: ReportedImage, images: ReportedImages, claimed: Claimed): Found {
  const fitting = onlyFitting(text, images, claimed);
  if (fitting) return fitting;
  const expected = `the ${text.contentKey} of the report, ${contentOf(image, text.contentKey) || "which is empty"}`;
  const isOfNobody = text.isContent && images.withContent(text.content).length === 0;
  if (isOfNobody && !isDamaged(text, images, image)) return "gone";
  return unclear(text, `with the ${text.contentKey} ${quoted(text.content)}`, expected);
}

function ofUnknownName(text: RowText, images: ReportedImages, claimed: Claimed): Found {
  if (!text.isContent) return unclear(text, "that is in no report", "a path and a content that are");
  const same = sameContent(text, images);
  if (same.length === 0) {
    if (!isDamaged(text, images)) return "gone";
    return unclear(text, `with a damaged ${text.contentKey} ${quoted(text.content)}`, "that of the report");
  }
  const fitting = onlyFitting(text, images, claimed);
  if (fitting) return fitting;
  // it had no twin when it was reported, so its content tells which it is
  if (same.length === 1 && text.nearestDistance > 0 && !claimed.has(same[0])) return same[0];
  // the others of these bytes are here under their own names, or are its keeper: it was one that is gone
  if (same.every((image) => claimed.has(image) || isKeeper(image, text))) return "gone";
  const names = same.slice(0, 3).map(({ path }) => quoted(path));
  return unclear(text, "that is in no report", `one of the images of the same ${text.contentKey}: ${names.join(", ")}`);
}

/** The image of that content whose name may have become the cell, when all others of that content stand there under their own names. */
function onlyFitting(text: RowText, images: ReportedImages, claimed: Claimed): ReportedImage | undefined {
  if (!text.isContent) return undefined;
  const [fitting, ...others] = sameContentNamedLike(text, images);
  if (!fitting || others.length > 0) return undefined;
  return sameContent(text, images).every((image) => image === fitting || claimed.has(image)) ? fitting : undefined;
}

/** @returns for candidates, those alone */
function sameContent({ content, contentKey }: RowText, images: ReportedImages): readonly ReportedImage[] {
  const same = images.withContent(content);
  return contentKey === "size" ? same.filter(({ isCandidate }) => isCandidate) : same;
}

function sameContentNamedLike(text: RowText, images: ReportedImages): ReportedImage[] {
  if (!text.isContent) return images.namedLike(text.pathCell, text.isSure).filter(({ sha256 }) => sha256 === "");
  return sameContent(text, images).filter(({ path }) => couldBecome(path, text.pathCell, text.isSure));
}

/** Whether content that nobody has is that of an image with some digits changed: two hashes never share half of theirs. */
function isDamaged({ contentKey, content }: RowText, images: ReportedImages, image?: ReportedImage): boolean {
  if (contentKey === "sha256") return images.isNearlyKnown(content);
  if (!image) return false;
  const numbers = content.match(/\d+/g) ?? [];
  const reported = contentOf(image, "size").match(/\d+/g) ?? [];
  return numbers.filter((number, i) => number === reported[i]).length > 1;
}

/** Whether the row, which is not the keeper's own, names the image as its keeper. */
function isKeeper(image: ReportedImage, { keepCell, pathCell, role }: RowText): boolean {
  return role !== "keeper" && keepCell !== pathCell && fromCell(keepCell) === image.path;
}

function unclear({ pathCell }: RowText, found: string, expected: string): { unclear: string } {
  return { unclear: `found ${quoted(pathCell)} ${found}, expected ${expected}` };
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
