// npm run bench -- NAME […]: runs a benchmark by its name; each prints a table on stderr and JSON on stdout.
import { existsSync } from "node:fs";

// as src/start/start.mjs has it
process.env.ORT_DISABLE_TELEMETRY ??= "1";

const BENCHES = [
  "search",
  "detection",
  "calibration",
  "clusters",
  "faults",
  "fleet",
  "extract",
  "page",
  "review",
  "select",
  "serve",
];
const [name, ...args] = process.argv.slice(2);
const file = new URL(`./${name}.ts`, import.meta.url);
if (!name || !BENCHES.includes(name) || !existsSync(file)) {
  console.error(`Expected the name of a benchmark: ${BENCHES.join(", ")}`);
  process.exitCode = 2;
} else {
  const { bench } = (await import(file.href)) as { bench: (args: readonly string[]) => Promise<unknown> };
  console.log(JSON.stringify(await bench(args), null, 2));
}
