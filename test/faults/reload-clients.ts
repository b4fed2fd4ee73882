import { readFile } from "node:fs/promises";
import { SeededRandom } from "#base/seeded-random.ts";
import { type HttpAnswer, type HttpClient, idInPath } from "../support/http-client.ts";
import type { ServedImages } from "./served-images.ts";

/** What the server answers to whoever asks what is similar. */
interface Similar {
  readonly queryObjectId: string | null;
  readonly similarImages: readonly { readonly objectId: string; readonly distance: number }[];
}

/** Features of a picture may differ by so much between two runs of a model, whose batches differ. */
const SAME_PICTURE = 1e-3;
const ENOUGH_PROBLEMS = 20;

/** Clients that ask one question after the other, of all kinds, and hold each answer against what it must be. */
export class ReloadClients {
  readonly problems: string[] = [];
  answers = 0;
  notFound = 0;
  readonly #http: HttpClient;
  readonly #images: ServedImages;
  readonly #count: number;
  /** Ids that came or went: the index that answers may have them or not. */
  readonly #inDoubt: string[] = [];
  #stopped = false;

  constructor(http: HttpClient, images: ServedImages, count: number) {
    this.#http = http;
    this.#images = images;
    this.#count = count;
  }

  doubt(ids: readonly string[]): void {
    this.#inDoubt.push(...ids);
  }

  async askUntilStopped(): Promise<void> {
    await Promise.all(Array.from({ length: this.#count }, (_, client) => this.#askOn(new SeededRandom(client))));
  }

  stop(): void {
    this.#stopped = true;
  }

  async #askOn(random: SeededRandom): Promise<void> {
    while (!this.#stopped && this.problems.length < ENOUGH_PROBLEMS) {
      const id = random.pick(this.#images.staying);
      try {
        const kind = random.integer(0, 20);
        if (kind < 2) await this.#askForPicture(id);
        else if (kind < 4) await this.#askByPicture(id);
        else if (kind < 5) await this.#list();
        else if (kind < 9 && this.#inDoubt.length > 0) await this.#askForDoubtful(random.pick(this.#inDoubt));
        else await this.#askForSimilar(id);
      } catch (error) {
        this.problems.push(`${id}: ${String(error)}`);
      }
      this.answers++;
    }
  }

  async #askForSimilar(id: string): Promise<void> {
    const { queryObjectId, similarImages } = await this.#http.json<Similar>(`/similar/${idInPath(id)}?limit=10`);
    const own = similarImages.find(({ objectId }) => objectId === id);
    if (queryObjectId !== id || own?.distance !== 0) this.problems.push(`${id}: not among ${textOf(similarImages)}`);
  }

  async #askForDoubtful(id: string): Promise<void> {
    const { status, body } = await this.#http.ask(`/similar/${idInPath(id)}`);
    if (status === 404) this.notFound++;
    else if (status !== 200) this.problems.push(`${id}: ${status} ${body}`);
  }

  async #askByPicture(id: string): Promise<void> {
    const picture = await readFile(this.#images.fileOf(id));
    const { queryObjectId, similarImages } = await this.#http.json<Similar>("/similar?limit=10", picture);
    const own = similarImages.find(({ objectId }) => objectId === id);
    if (queryObjectId !== null || !own || own.distance > SAME_PICTURE) {
      this.problems.push(`${id} by its picture: found ${textOf(similarImages)}`);
    }
  }

  async #askForPicture(id: string): Promise<void> {
    const { status, body } = await this.#http.ask(`/images/${idInPath(id)}?width=64`);
    if (status !== 200 || !isJpeg(body)) this.problems.push(`${id}: its thumbnail is ${status}, ${body.length} bytes`);
  }

  async #list(): Promise<void> {
    const { total, images } = await this.#http.json<{ total: number; images: readonly unknown[] }>("/images?limit=5");
    const expected = this.#images.ids.length;
    if (total !== expected || images.length !== 5) this.problems.push(`a list of ${total} images, not ${expected}`);
  }
}

/** Answers for the ids, as text; the time is left out, as no two are of the same. */
export async function allAnswers(http: HttpClient, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => textOf(await http.json<Similar>(`/similar/${idInPath(id)}?limit=1000`))));
}

function textOf(answer: Similar | Similar["similarImages"]): string {
  return JSON.stringify(answer, (key, value) => (key === "time" ? undefined : value));
}

function isJpeg(body: HttpAnswer["body"]): boolean {
  return body.length > 2 && body.readUInt16BE(0) === 0xffd8;
}
