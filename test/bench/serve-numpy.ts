import { execFile, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SCRIPT = fileURLToPath(new URL("./serve_numpy.py", import.meta.url));

/** A Python and how fast its numpy multiplies. */
export interface Numpy {
  readonly python: string;
  readonly version: string;
  /** 10⁹ float32 operations a second in a product of two large matrices. */
  readonly gigaflops: number;
}

/**
 * The quicker of Debian's Python and the first in PATH: Debian's numpy multiplies with whatever BLAS is installed, which may be the reference
 * of 1990, thirty times slower than OpenBLAS.
 *
 * @throws Error where neither has numpy
 */
export function quickestNumpy(): Numpy {
  const found = ["/usr/bin/python3", "python3"].flatMap((python): Numpy[] => {
    try {
      const told = execFileSync(python, [SCRIPT, "speed"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      return [{ python, ...JSON.parse(told) }];
    } catch {
      return [];
    }
  });
  found.sort((a, b) => b.gigaflops - a.gigaflops);
  if (found.length === 0) throw new Error("Expected numpy in /usr/bin/python3 or python3, found none: install it");
  return found[0];
}

/** Runs one of the script's ways; this process goes on meanwhile. */
export async function askNumpy<Answer>({ python }: Numpy, args: readonly string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)(python, [SCRIPT, ...args], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout.trim().split("\n").at(-1) as string) as Answer;
}
