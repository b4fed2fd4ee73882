import { existsSync } from "node:fs";

/** A Vulkan driver in software, which Debian's package chromium brings, and the loader that finds it. */
const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const LOADERS = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib/libvulkan.so.1"];

/** What a process needs in its environment to have a WebGPU device in software. */
export const SOFTWARE_GPU = { VK_DRIVER_FILES: DRIVER };

/** Whether tests can have a WebGPU device; else they skip and say so. */
export const hasSoftwareGpu = existsSync(DRIVER) && LOADERS.some(existsSync);

if (!hasSoftwareGpu)
  process.stderr.write("No WebGPU device for tests: they need Debian's packages chromium and libvulkan1\n");
