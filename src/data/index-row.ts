/** What the index knows of a row: the content that its features were made of, and the file that has this content now. */
export interface IndexRow {
  /** Object id of the file; empty where no file has this content any more: the row is dead and stays so. */
  readonly id: string;
  /** Of the content, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
  /** When the file was written last, ms since 1970; null where that does not tell whether it was written again. */
  readonly modified: number | null;
  /** Pixels of the upright picture. */
  readonly width: number;
  readonly height: number;
  /** Vectors it has: its feature and those views that differ from it and from each other. */
  readonly vectors: number;
}
