// npm run assemble: makes the .wasm beside each .wat, and scripts and styles of report.html and the server's page; tests repeat it and expect the same bytes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reviewPageBundles } from "./review-page-bundle.ts";
import { assembled } from "./web-assembly.ts";

for (const name of readdirSync("src", { recursive: true, encoding: "utf8" })) {
  const file = join("src", name);
  if (!file.endsWith(".wat")) continue;
  writeFileSync(file.replace(/wat$/, "wasm"), await assembled(file, readFileSync(file, "utf8")));
}
for (const [name, text] of Object.entries(await reviewPageBundles())) writeFileSync(join("src/page", name), text);
