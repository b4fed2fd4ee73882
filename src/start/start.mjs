// node src/start/start.mjs FILE.ts [arguments]: runs FILE.ts as if Node.js could, in this very process. Node 20 runs no TypeScript, and tsx
// needs half a second to begin with; so what tsx would do at every start is done once, and kept until a source changes.
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compiledModule } from "./compiled-program.mjs";

// ONNX Runtime would report what it runs to its maker, over the network, and keep a number of this machine: nothing is to leave it. Set here,
// before any thread starts, as threads of Node.js cannot set what native code reads
process.env.ORT_DISABLE_TELEMETRY ??= "1";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const file = resolve(process.argv[2]);
process.argv.splice(1, 2, file);
const compiled = await compiledModule(ROOT, file);
// stack traces name the .ts files and their lines
if (compiled) process.setSourceMapsEnabled(true);
else (await import("tsx/esm/api")).register();
await import(pathToFileURL(compiled ?? file).href);
