import sharp from "sharp";
import { SeededRandom } from "#base/seeded-random.ts";
import { EDITS } from "#sample/edits.ts";
import { drawScene, SCENE_KINDS } from "#sample/scene.ts";

/** A file of the sample set. */
export interface SampleFile {
  /** Path within the set, `/` between parts. */
  readonly path: string;
  readonly content: Buffer | string;
}

const SAMPLE_SCENES = 130;
const EDITED_SCENES = 40;

/**
 * Draws a small data set like the ones this program is for: scenes of five kinds, some with edited copies strewn among them,
 * two kinds partly labeled. Same files, same bytes on every call with the same version of sharp.
 *
 * @yields images/…, then labels.csv (`path,label`) and truth.csv (`path_a,path_b` of every two pictures that are copies)
 */
export async function* renderSample(): AsyncGenerator<SampleFile> {
  const truth: string[] = [];
  const labels: string[] = [];
  const random = new SeededRandom(20_240_229);
  for (let scene = 0; scene < SAMPLE_SCENES; scene++) {
    const kind = SCENE_KINDS[scene % SCENE_KINDS.length];
    const original = await sharp(Buffer.from(drawScene(kind, random)))
      .jpeg({ quality: 92 })
      .toBuffer();
    const name = `${kind}-${String(scene).padStart(3, "0")}`;
    const copies = [`originals/${name}.jpg`];
    yield { path: `images/${copies[0]}`, content: original };
    if ((kind === "hills" || kind === "city") && scene % 3 === 0) labels.push(`${copies[0]},${kind}`);
    if (scene < EDITED_SCENES) {
      for (const edit of editsOf(random)) {
        copies.push(`scraped/${name}-${edit}.jpg`);
        yield { path: `images/${copies.at(-1)}`, content: await EDITS[edit](original) };
      }
    }
    for (const [i, a] of copies.entries()) for (const b of copies.slice(i + 1)) truth.push(`${a},${b}`);
  }
  yield { path: "labels.csv", content: `path,label\n${labels.join("\n")}\n` };
  yield { path: "truth.csv", content: `path_a,path_b\n${truth.join("\n")}\n` };
}

function editsOf(random: SeededRandom): string[] {
  const names = Object.keys(EDITS);
  const first = random.integer(0, names.length);
  return Array.from({ length: random.integer(1, 4) }, (_, i) => names[(first + i * 3) % names.length]);
}
