import sharp from "sharp";
import { DECODER_VERSION } from "#images/decode-image.ts";
import type { Settings } from "#settings/settings.ts";
import packageJson from "../../package.json" with { type: "json" };

/**
 * What decides the bytes of results: machines of one run have to agree in all of it. The processor's architecture and the device are among it,
 * as features differ in their last bits between x64 and arm64, and between a graphics processor and the CPU.
 */
export function fleetVersions({ device }: Pick<Settings, "device">): Readonly<Record<string, string>> {
  return {
    twinsift: packageJson.version,
    decoder: String(DECODER_VERSION),
    node: process.versions.node.split(".")[0] as string,
    onnxruntime: packageJson.dependencies["onnxruntime-node"],
    libvips: sharp.versions.vips,
    architecture: process.arch,
    device,
  };
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
