// npm run serve on an index of a few drawn pictures: serve-process.ts FOLDER MILLISECONDS […flags]; each answer takes so long.
import { setTimeout } from "node:timers/promises";
import { endProcess } from "#terminal/end-process.ts";
import { runServer } from "../../src/commands/run-server.ts";
import { SmallSimilarImages } from "./small-similar-images.ts";

const [folder, milliseconds, ...flags] = process.argv.slice(2);
const ids = ["a.png", "b/c.png", "d.png"];

async function open() {
  const similar = await SmallSimilarImages.drawn(folder, ids);
  similar.before = () => setTimeout(Number(milliseconds));
  return similar;
}

endProcess(runServer(flags, open));
