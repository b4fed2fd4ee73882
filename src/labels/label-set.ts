import type { Label } from "#data/label.ts";

/**
 * How a name is meant: as the object id itself; as the path or address of the image file; or as such a path without the extension
 * of its file.
 */
export type NameKind = "object-id" | "path" | "stem";

/** What a label file says of an image. */
export interface LabelClaim {
  /** By which the file knows the image. */
  readonly name: string;
  readonly nameIs: NameKind;
  /** The object id that an export of ours gave along. */
  readonly objectId?: string | undefined;
  readonly label: Label;
  /** Where the file says so, such as `line 4`. */
  readonly place: string;
}

/** The content of a label file, or of a folder of them. */
export interface LabelSet {
  readonly file: string;
  readonly claims: readonly LabelClaim[];
  /** Lines for the person: what was passed over, and why. */
  readonly notes: readonly string[];
}
