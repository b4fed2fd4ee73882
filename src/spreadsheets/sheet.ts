/** A row as it stands in a file. */
export interface RawRow {
  /** As the spreadsheet numbers it, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** One table of a file. */
export interface Sheet {
  /** Empty where the file has but one. */
  readonly name: string;
  /** False: what is not ASCII may have been lost or taken for something else. */
  readonly isSure: boolean;
  /** True: a row with more cells than the header has is damaged, and not just written beside. */
  readonly isStrict: boolean;
  /** From the header on; can be gone through again. Blank rows are left out. */
  rows(): AsyncIterable<RawRow> | Iterable<RawRow>;
}
