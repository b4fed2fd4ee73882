/** Filters stand open where there is room for them, and fold away on a narrow screen. */
export function foldFilters(filters: HTMLDetailsElement): void {
  const wide = matchMedia("(min-width: 720px)");
  const refresh = () => {
    filters.open = wide.matches;
  };
  wide.addEventListener("change", refresh);
  refresh();
}
