// npm run serve on an index of a few drawn pictures: serve-process.ts FOLDER MILLISECONDS […flags]; each answer takes so long.
// SIGUSR2 collects its garbage.
import { setTimeout } from "node:timers/promises";
import { collectGarbage } from "#base/collect-garbage.ts";
import { PictureReader } from "#images/picture-reader.ts";
import { endProcess } from "#terminal/end-process.ts";
import { type OpenOptions, runServer } from "../../src/commands/run-server.ts";
import { SmallSimilarImages } from "./small-similar-images.ts";

const [folder, milliseconds, ...flags] = process.argv.slice(2);
const ids = ["a.png", "b/c.png", "d.png"];

/** Pictures that are sent are decoded as those of a run are, in processes with limits. */
async function open({ settings }: OpenOptions) {
  const similar = await SmallSimilarImages.drawn(folder, ids);
  const reader = new PictureReader(settings.extract, 2);
  similar.before = () => setTimeout(Number(milliseconds));
  similar.vectorOf = async (file) => [...(await reader.gray(file, 4)).values].flatMap((value) => [value, value, value]);
  similar.close = () => reader.close();
  return similar;
}

process.on("SIGUSR2", collectGarbage);
endProcess(runServer(flags, open));
