import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Settings } from "#settings/settings.ts";
import packageJson from "../../package.json" with { type: "json" };

const HASH_DIGITS = 12;

/**
 * What decides the bytes of results: machines of one run have to agree in all of it. The processor's architecture and the device are among it,
 * as features differ in their last bits between x64 and arm64, and between a graphics processor and the CPU.
 */
export function fleetVersions({ device }: Pick<Settings, "device">): Readonly<Record<string, string>> {
  return {
    twinsift: packageJson.version,
    sources: hashOfSources(),
    node: process.versions.node.split(".")[0] as string,
    onnxruntime: packageJson.dependencies["onnxruntime-node"],
    libvips: sharp.versions.vips,
    architecture: process.arch,
    device,
  };
}

/** Of this program, whatever its version is called: two checkouts of one version may compute differently. */
function hashOfSources(): string {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sum = createHash("sha256");
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort())
    sum.update(path.slice(folder.length).replaceAll("\\", "/")).update(readFileSync(path));
  return sum.digest("hex").slice(0, HASH_DIGITS);
}

/** What two machines differ in, as `node 20, …` of each side; undefined where they are alike. */
export function versionDifferences(
  ours: Readonly<Record<string, string>>,
  theirs: Readonly<Record<string, string>>,
): { readonly ours: string; readonly theirs: string } | undefined {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter(
    (name) => ours[name] !== theirs[name],
  );
  if (names.length === 0) return undefined;
  const listed = (side: Readonly<Record<string, string>>) =>
    names.map((name) => `${name} ${side[name] ?? "unknown"}`).join(", ");
  return { ours: listed(ours), theirs: listed(theirs) };
}
