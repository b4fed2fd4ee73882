import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { acceleratorsToTry, mayHaveAccelerator } from "#onnx/accelerators.ts";
import { tryDevice } from "#onnx/device-trial.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

afterEach(() => vi.unstubAllEnvs());

test.each([
  ["linux", "x64", ["cuda", "webgpu"]],
  ["linux", "arm64", []],
  ["win32", "x64", ["dml", "webgpu"]],
  ["darwin", "arm64", ["webgpu"]],
])("auto on %s %s tries %j, and never CoreML", (platform, arch, expected) => {
  expect(acceleratorsToTry(platform, arch)).toEqual(expected);
});

test.runIf(process.platform === "linux")(
  "a machine has a graphics processor where the kernel shows one, or a driver is named; a screen alone is none",
  async () => {
    for (const name of ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"]) vi.stubEnv(name, "");
    const folder = await temporaryFolder();
    const dri = join(folder, "dri");
    expect(mayHaveAccelerator([folder, dri])).toBe(false);
    await mkdir(dri);
    await writeFile(join(dri, "card0"), "");
    expect(mayHaveAccelerator([folder, dri])).toBe(false);
    await writeFile(join(dri, "renderD128"), "");
    expect(mayHaveAccelerator([folder, dri])).toBe(true);
    expect(mayHaveAccelerator([folder])).toBe(false);
    vi.stubEnv("VK_DRIVER_FILES", "/some/driver.json");
    expect(mayHaveAccelerator([folder])).toBe(true);
  },
);

test("a device that the runtime lacks fails its trial with what the runtime says", async () => {
  const device = process.platform === "darwin" ? "dml" : "coreml";
  await expect(tryDevice(device)).rejects.toThrow(/Cannot load the built-in matrix product on device/);
});
