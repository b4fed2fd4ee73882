// npm run search -- QUERY…: the images that are nearest to image files or to images of the index.
import { existsSync } from "node:fs";
import { closeAll } from "#base/close-all.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { Progress } from "#base/progress.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import type { QueryVectors } from "#search/row-level.ts";
import type { IndexedImages } from "#similarity/indexed-images.ts";
import type { SimilarImage } from "#similarity/similar-images.ts";
import { SimilaritySource } from "#similarity/similarity-source.ts";
import { endProcess } from "#terminal/end-process.ts";
import { showProgress } from "#terminal/progress-display.ts";
import { AskedPictures } from "./asked-pictures.ts";
import { readSearchFlags, type SearchFlags } from "./search-flags.ts";
import { storedQueries } from "./stored-queries.ts";

/** A question takes milliseconds, and so does another thread to start. */
const THREADS = 1;

/** What is asked, and how it is called in the answer. */
interface Query {
  readonly name: string;
  readonly objectId: string | null;
  readonly vectors: () => Promise<QueryVectors>;
}

async function main(args: readonly string[]): Promise<number> {
  const flags = readSearchFlags(args);
  if (!flags) return 0;
  const progress = new Progress();
  const stopShowing = showProgress(progress, { quiet: flags.quiet, format: "text", stream: process.stderr });
  const source = new SimilaritySource({ ...flags, progress }, THREADS);
  const pictures = new AskedPictures(flags, source);
  try {
    // the model opens while the index does
    pictures.begin();
    const images = await source.open(await source.rows("ids"), { maxVectorBytes: 0 });
    try {
      stopShowing();
      return await answerAll(flags, images, pictures);
    } finally {
      await images.close();
    }
  } finally {
    stopShowing();
    await closeAll(
      () => pictures.close(),
      () => source.close(),
    );
  }
}

async function answerAll(flags: SearchFlags, images: IndexedImages, pictures: AskedPictures): Promise<number> {
  let failed = 0;
  const isOne = flags.queries.length === 1 && flags.stored === undefined;
  for await (const query of queriesOf(flags, images, pictures)) {
    try {
      const similar = await images.nearest(await query.vectors(), flags);
      process.stdout.write(flags.json ? jsonLine(query, similar) : textLines(query, similar, isOne));
    } catch (error) {
      if (!(error instanceof UnreadablePicture)) throw error;
      if (isOne) throw new PipelineError("input", `Cannot read "${query.name}": ${messageOf(error)}`, { cause: error });
      process.stderr.write(`Passed over "${query.name}": ${messageOf(error)}\n`);
      failed++;
    }
  }
  return failed === 0 ? 0 : 1;
}

async function* queriesOf(
  { queries, stored }: SearchFlags,
  images: IndexedImages,
  pictures: AskedPictures,
): AsyncGenerator<Query> {
  for (const name of queries) yield queryOf(name, images, pictures);
  if (stored === undefined) return;
  for await (const { objectId, vectors } of storedQueries(stored, images.facts.dim))
    yield { name: objectId, objectId, vectors: async () => vectors };
}

/** An id of the index comes before a file of the same name. */
function queryOf(name: string, images: IndexedImages, pictures: AskedPictures): Query {
  const known = images.vectorsOf(name);
  if (known) return { name, objectId: name, vectors: async () => known };
  if (!existsSync(name)) {
    const advice = "object ids stand in the reports, such as the column path of groups.csv";
    throw new PipelineError("input", `Expected an object id of the index or an image file, found "${name}": ${advice}`);
  }
  return { name, objectId: null, vectors: () => pictures.vectorsOf(name) };
}

function jsonLine({ objectId }: Query, similarImages: readonly SimilarImage[]): string {
  return `${JSON.stringify({ time: Date.now(), queryObjectId: objectId, similarImages })}\n`;
}

function textLines({ name }: Query, similar: readonly SimilarImage[], isOne: boolean): string {
  const head = isOne ? "" : `# ${name}\n`;
  return head + similar.map(({ objectId, distance }) => `${objectId} ${distance}\n`).join("");
}

endProcess(main(process.argv.slice(2)));
