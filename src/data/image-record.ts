/** A file found under an image folder, not read yet. */
export interface ImageFile {
  /** Object id: the path relative to its folder, `/` between parts, the folder's name in front when there are several. */
  readonly id: string;
  /** Where it lies on disk. */
  readonly path: string;
  /** True when it lies under a `--reference` folder: it must never go. */
  readonly reference: boolean;
  /** Name of the sub-folder of its reference folder that it lies in, which is its class; empty elsewhere. */
  readonly folderLabel: string;
  /** Set when the file cannot even be listed as an image: what is wrong with it. */
  readonly problem?: string;
  /** True for a folder that could not be looked into. */
  readonly isFolder?: boolean;
}

/** A file whose bytes were read. */
export interface HashedImage extends ImageFile {
  /** When it was written last, ms since 1970; null where it was written about when it was read, so that this does not tell. */
  readonly modified: number | null;
  readonly bytes: number;
  /** Of the file's bytes, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** An image of the index: one row of the features. */
export interface ImageRecord {
  readonly id: string;
  readonly reference: boolean;
  readonly folderLabel: string;
  /** Pixels of the upright picture (after EXIF orientation); 0 where features came without pictures. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Empty where features came without pictures. */
  readonly sha256: string;
}

/** An image that could not be used: a row of unreadable.csv. */
export interface UnreadableImage {
  readonly id: string;
  readonly stage: "scan" | "extract";
  readonly reason: string;
}
