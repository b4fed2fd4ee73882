import { rm } from "node:fs/promises";
import { join } from "node:path";
import { addDrawn, drawnFile, drawSet, type PictureSet } from "./picture-set.ts";
import { lastLine, runPipelineProcess } from "./pipeline-process.ts";

/** Files that a change takes away, and as many that it brings. */
const CHANGED = 5;

/** What a change took away and brought, as object ids. */
export interface ImageChange {
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/** Drawn images of which some come and go between runs. */
export class ServedImages {
  /** Of the server too: images, model and output folder. */
  readonly flags: readonly string[];
  /** Ids of images that never change. */
  readonly staying: readonly string[];
  readonly #set: PictureSet;
  #coming: readonly string[];
  #next: number;

  private constructor(set: PictureSet, output: string, { ids, next }: { ids: readonly string[]; next: number }) {
    this.#set = set;
    this.flags = ["--config", set.config, "--output", output];
    this.staying = ids.slice(CHANGED);
    this.#coming = ids.slice(0, CHANGED);
    this.#next = next;
  }

  /** Draws a set, and runs on it. */
  static async begin(root: string, count: number): Promise<ServedImages> {
    const set = await drawSet(root, { count, shardRows: 16 });
    const ids: string[] = [];
    for (let number = 0; number < count; number++) if (isPicture(number)) ids.push((await drawnFile(number)).name);
    const images = new ServedImages(set, join(root, "output"), { ids, next: count });
    await images.run();
    return images;
  }

  /** Ids of images that are there now. */
  get ids(): string[] {
    return [...this.staying, ...this.#coming];
  }

  fileOf(id: string): string {
    return join(this.#set.images, id);
  }

  async change(): Promise<ImageChange> {
    const gone = this.#coming;
    for (const id of gone) await rm(this.fileOf(id));
    const added: string[] = [];
    for (; added.length < CHANGED; this.#next++) {
      if (!isPicture(this.#next)) continue;
      await addDrawn(this.#set.images, this.#next);
      added.push((await drawnFile(this.#next)).name);
    }
    this.#coming = added;
    return { gone, added };
  }

  /** @throws Error for a run that fails */
  async run(): Promise<void> {
    const end = await runPipelineProcess([...this.flags, "--quiet"]);
    if (end.exitCode !== 0) throw new Error(`A run ended with ${end.exitCode}: ${lastLine(end)}`);
  }
}

/** `drawnFile` makes some files that are none. */
function isPicture(number: number): boolean {
  return number % 20 !== 19;
}
