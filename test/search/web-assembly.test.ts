import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assembled } from "../../config/tools/web-assembly.ts";

const FOLDER = "src";

test.each(readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".wat")))(
  "%s is what its .wasm was made of",
  async (name) => {
    const text = readFileSync(join(FOLDER, name), "utf8");
    const stored = readFileSync(join(FOLDER, name.replace(/wat$/, "wasm")));
    expect(Buffer.from(await assembled(name, text)).equals(stored)).toBe(true);
  },
);
