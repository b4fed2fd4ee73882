/** Names of a label file that could not be used. */
export class PassedOver {
  readonly #file: string;
  readonly #areIds: boolean;
  readonly #unknown = new FirstOf();
  readonly #unclear = new FirstOf();

  /** @param areIds whether the names of the file are object ids */
  constructor(file: string, areIds: boolean) {
    this.#file = file;
    this.#areIds = areIds;
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
      const example = JSON.stringify(exampleId);
      const advice = this.#areIds ? `paths are object ids such as ${example}` : `one image of it is ${example}`;
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
