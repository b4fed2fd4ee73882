import { execFileSync } from "node:child_process";
import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";

const KILOBYTE = 1024;

/** A file system in memory of a given size, as a disk that can be full; needs Linux and the right to mount. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @returns why not, where it may not be mounted */
  static async mount(root: string, kilobytes: number): Promise<SmallDisk | string> {
    const path = join(root, "small-disk");
    await mkdir(path);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", path], { stdio: "pipe" });
      return new SmallDisk(path);
    } catch (error) {
      return `a small disk cannot be mounted here: ${(error as Error).message.trim()}`;
    }
  }

  async usedKilobytes(): Promise<number> {
    const { blocks, bfree, bsize } = await statfs(this.path);
    return ((blocks - bfree) * bsize) / KILOBYTE;
  }

  resize(kilobytes: number): void {
    execFileSync("mount", ["-o", `remount,size=${kilobytes}k`, this.path], { stdio: "pipe" });
  }

  unmount(): void {
    execFileSync("umount", [this.path], { stdio: "pipe" });
  }
}
