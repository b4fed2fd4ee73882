export const VIEWS = ["groups", "candidates", "charts"] as const;

export type View = (typeof VIEWS)[number];

/** What the address names: a view and its page, 0 the first. */
export interface Route {
  readonly view: View;
  readonly page: number;
}

/** `#candidates/3` is the third page of the candidates; undefined for an address that names no view. */
export function routeOf(hash: string): Route | undefined {
  const [, name, page] = /^#([a-z]+)(?:\/(\d{1,9}))?$/.exec(hash) ?? [];
  const view = VIEWS.find((known) => known === name);
  return view && { view, page: Math.max(0, Number(page ?? 1) - 1) };
}

export function hashOf({ view, page }: Route): string {
  return page === 0 ? `#${view}` : `#${view}/${page + 1}`;
}
