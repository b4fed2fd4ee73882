/** Names of a label file that could not be used. */
export class PassedOver {
  readonly #file: string;
  readonly #unknown = new FirstOf();
  readonly #unclear = new FirstOf();

  constructor(file: string) {
    this.#file = file;
  }

  /** Of no image. */
  addUnknown(name: string): void {
    this.#unknown.add(name);
  }

  /** Of one of several images, or one of several names of an image. */
  addUnclear(name: string): void {
    this.#unclear.add(name);
  }

  /** @param exampleId of an image of the run */
  describe(exampleId: string): string[] {
    const lines: string[] = [];
    const told = ({ count }: FirstOf, what: string) => `Passed over labels: ${count} paths in "${this.#file}" ${what}`;
    const { first } = this.#unknown;
    if (first !== undefined) {
      const advice = `paths are object ids such as ${JSON.stringify(exampleId)}`;
      lines.push(`${told(this.#unknown, "name no image of this run")}, the first ${JSON.stringify(first)}; ${advice}`);
    }
    const unclear = this.#unclear.first;
    if (unclear !== undefined) {
      const what = "fit several images, or an image that others of them fit as well";
      lines.push(`${told(this.#unclear, what)}, the first ${JSON.stringify(unclear)}; object ids are clear`);
    }
    return lines;
  }
}

class FirstOf {
  count = 0;
  first: string | undefined;

  add(name: string): void {
    this.first ??= name;
    this.count++;
  }
}
