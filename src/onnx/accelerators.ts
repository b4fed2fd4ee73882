import { existsSync, readdirSync } from "node:fs";

/** A device that is not the processor itself, by the name that users and ONNX Runtime give it. */
export type Accelerator = "cuda" | "dml" | "webgpu" | "coreml";

/** What each needs besides what comes with this program. */
export const ACCELERATOR_NEEDS: Readonly<Record<Accelerator, string>> = {
  cuda: "Linux on x64, an NVIDIA driver, CUDA 12 and cuDNN 9, and ONNX Runtime's own CUDA libraries, which one command adds (README, GPU)",
  dml: "Windows with a driver for DirectX 12",
  webgpu:
    "a driver for Vulkan and its loader (libvulkan1) on Linux on x64, for DirectX 12 on Windows, and nothing more on macOS",
  coreml: "macOS",
};

/**
 * Those that are tried where nobody names one, best first. CoreML is not among them: parts of it compute in half precision, and features
 * would then depend on the machine that made them.
 */
export function acceleratorsToTry(platform: string = process.platform, arch: string = process.arch): Accelerator[] {
  if (platform === "linux" && arch === "x64") return ["cuda", "webgpu"];
  if (platform === "win32") return ["dml", "webgpu"];
  if (platform === "darwin") return ["webgpu"];
  return [];
}

/** Where a Linux kernel shows graphics processors: of any kind, of NVIDIA, and of Windows around it. */
const DEVICE_FILES = /^(renderD\d+|nvidia\d+|dxg)$/;
const VULKAN_DRIVERS = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"];

/** Whether there may be a graphics processor: without one, nobody need start anything to find that out. Only Linux tells so easily. */
export function mayHaveAccelerator(folders: readonly string[] = ["/dev", "/dev/dri"]): boolean {
  if (process.platform !== "linux") return true;
  if (VULKAN_DRIVERS.some((name) => process.env[name])) return true;
  return folders.some((folder) => existsSync(folder) && readdirSync(folder).some((name) => DEVICE_FILES.test(name)));
}
