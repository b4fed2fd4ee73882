import { mkdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SeededRandom } from "#base/seeded-random.ts";
import { drawnFile } from "./picture-set.ts";

const FOLDERS = ["", "red/", "blue/", "blue/deep/"];
const THRESHOLDS = [0.05, 0.1, 0.25, 0.6];
/** Fewer pictures than this are not deleted from, so that no step takes away more than half of them. */
const FEWEST = 16;
const MOST = 34;

/** A folder of pictures that changes from night to night as those of people do. */
export class ChangingFolder {
  readonly #folder: string;
  readonly #random: SeededRandom;
  readonly #names: string[] = [];
  readonly #deleted: { name: string; content: Buffer }[] = [];
  #drawn = 0;
  threshold = THRESHOLDS[1];

  constructor(folder: string, random: SeededRandom) {
    this.#folder = folder;
    this.#random = random;
  }

  /** Changes something at random; tells what. */
  async step(): Promise<string> {
    const steps = [
      () => this.add(),
      () => this.#copy(),
      () => this.#change(),
      () => this.#move("rename"),
      () => this.#move("move"),
      () => this.#delete(),
      () => this.#restore(),
      () => this.#touch(),
      () => this.#exchange(),
      () => this.#setThreshold(),
    ];
    return this.#random.pick(steps)();
  }

  async add(): Promise<string> {
    if (this.#names.length >= MOST) return this.#delete();
    const { content } = await drawnFile(this.#drawn);
    return `add ${await this.#put(this.#freeName("picture"), content)}`;
  }

  /** The bytes of a picture under a second name. */
  async #copy(): Promise<string> {
    if (this.#names.length >= MOST) return this.#delete();
    const source = this.#random.pick(this.#names);
    return `copy ${source} to ${await this.#put(this.#freeName("copy"), await this.#read(source))}`;
  }

  async #change(): Promise<string> {
    const name = this.#random.pick(this.#names);
    await writeFile(this.#pathOf(name), (await drawnFile(this.#drawn++)).content);
    return `change ${name}`;
  }

  async #move(how: "rename" | "move"): Promise<string> {
    const at = this.#random.integer(0, this.#names.length);
    const from = this.#names[at];
    const base = from.slice(from.lastIndexOf("/") + 1);
    const to = how === "rename" ? this.#freeName("renamed") : this.#random.pick(FOLDERS) + base;
    if (this.#names.includes(to)) return this.#touch();
    await mkdir(dirname(this.#pathOf(to)), { recursive: true });
    await rename(this.#pathOf(from), this.#pathOf(to));
    this.#names[at] = to;
    return `${how} ${from} to ${to}`;
  }

  async #delete(): Promise<string> {
    if (this.#names.length <= FEWEST) return this.add();
    const [name] = this.#names.splice(this.#random.integer(0, this.#names.length), 1);
    this.#deleted.push({ name, content: await this.#read(name) });
    await rm(this.#pathOf(name));
    return `delete ${name}`;
  }

  async #restore(): Promise<string> {
    const restored = this.#deleted.pop();
    if (!restored || this.#names.includes(restored.name)) return this.add();
    return `restore ${await this.#put(restored.name, restored.content)}`;
  }

  async #touch(): Promise<string> {
    const name = this.#random.pick(this.#names);
    const when = new Date(Date.UTC(2020, 0, 1) + this.#random.integer(0, 1e9) * 100);
    await utimes(this.#pathOf(name), when, when);
    return `touch ${name}`;
  }

  async #exchange(): Promise<string> {
    const [one, other] = [this.#random.pick(this.#names), this.#random.pick(this.#names)];
    if (one === other) return this.#touch();
    const between = this.#pathOf("between");
    await rename(this.#pathOf(one), between);
    await rename(this.#pathOf(other), this.#pathOf(one));
    await rename(between, this.#pathOf(other));
    return `exchange ${one} and ${other}`;
  }

  async #setThreshold(): Promise<string> {
    this.threshold = this.#random.pick(THRESHOLDS.filter((threshold) => threshold !== this.threshold));
    return `threshold ${this.threshold}`;
  }

  async #put(name: string, content: Buffer): Promise<string> {
    await mkdir(dirname(this.#pathOf(name)), { recursive: true });
    await writeFile(this.#pathOf(name), content);
    this.#names.push(name);
    return name;
  }

  #freeName(kind: string): string {
    return `${this.#random.pick(FOLDERS)}${kind}-${this.#drawn++}.jpg`;
  }

  #read(name: string): Promise<Buffer> {
    return readFile(this.#pathOf(name));
  }

  #pathOf(name: string): string {
    return join(this.#folder, name);
  }
}
