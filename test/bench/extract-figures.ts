/** What was measured, by name, once a round: comparisons are made within a round, as machines are not the same from minute to minute. */
export class Figures {
  readonly #rounds: Map<string, number>[] = [];

  /** Begins the next round. */
  begin(): void {
    this.#rounds.push(new Map());
  }

  add(name: string, value: number): void {
    this.#rounds.at(-1)?.set(name, value);
  }

  get rounds(): readonly Readonly<Record<string, number>>[] {
    return this.#rounds.map((round) => Object.fromEntries(round));
  }

  /** The median over the rounds of what is derived from each. */
  median(derive: (value: (name: string) => number) => number): number {
    const derived = this.#rounds.map((round) =>
      derive((name) => {
        const value = round.get(name);
        if (value === undefined) throw new Error(`Nothing was measured as "${name}"`);
        return value;
      }),
    );
    derived.sort((a, b) => a - b);
    return (derived[(derived.length - 1) >> 1] + derived[derived.length >> 1]) / 2;
  }
}
