// npm run assemble: makes the .wasm beside each .wat; a test repeats it and expects the same bytes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assembled } from "./web-assembly.ts";

for (const name of readdirSync("src", { recursive: true, encoding: "utf8" })) {
  const file = join("src", name);
  if (!file.endsWith(".wat")) continue;
  writeFileSync(file.replace(/wat$/, "wasm"), await assembled(file, readFileSync(file, "utf8")));
}
