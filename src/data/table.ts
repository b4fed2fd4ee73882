/** Text is made harmless for spreadsheets; numbers are written with a point and no grouping; undefined is an empty cell. */
export type Cell = string | number | undefined;

/** What a report holds in rows; it can be gone through once. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly Cell[]>;
}
