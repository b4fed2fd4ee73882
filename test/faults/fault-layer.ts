import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { StartOptions } from "./pipeline-process.ts";

const LAYER = fileURLToPath(new URL("./fault-layer.mjs", import.meta.url));

/** An error code as Node.js gives it. */
type ErrorCode = "EIO" | "ENOSPC" | "EMFILE" | "EROFS" | "EACCES";

/**
 * What becomes of an operation: `fail` throws before anything is done; `tear` writes half of the bytes and throws; `tear-kill` writes
 * half and kills the process; `kill-before` and `kill-after` kill it around the operation. Reads: `fail`; `flip` changes one bit of
 * what was read; `short` gives half of it and then the end of the file.
 */
export type Fault =
  | { readonly of: "change"; readonly action: "fail" | "tear"; readonly code: ErrorCode }
  | { readonly of: "change"; readonly action: "tear-kill" | "kill-before" | "kill-after" }
  | { readonly of: "read"; readonly action: "fail"; readonly code: ErrorCode }
  | { readonly of: "read"; readonly action: "flip" | "short" };

/** Lets the operation with that number, counted from 1 in its kind, go wrong under a folder. */
export function withFault(folder: string, fault: Fault, at: number): StartOptions {
  const code = "code" in fault ? { FAULT_CODE: fault.code } : {};
  const env = { FAULT_FOLDER: folder, FAULT_OF: fault.of, FAULT_ACTION: fault.action, FAULT_AT: String(at), ...code };
  return { preload: [LAYER], env };
}

/** Lets everything go right and writes down what was done under a folder. */
export function withLog(folder: string, log: string): StartOptions {
  return { preload: [LAYER], env: { FAULT_FOLDER: folder, FAULT_LOG: log } };
}

export interface FileOperation {
  readonly kind: "change" | "read";
  readonly name: string;
  readonly path: string;
  /** Where a file was moved to. */
  readonly target: string | undefined;
}

export async function readLog(log: string): Promise<FileOperation[]> {
  const lines = (await readFile(log, "utf8")).trim().split("\n").filter(Boolean);
  return lines.map((line) => {
    const [, kind, name, path, target] = line.split("\t");
    return { kind: kind as FileOperation["kind"], name, path, target };
  });
}

/** `tear ENOSPC at change 12`. */
export function describeFault(fault: Fault, at: number): string {
  return `${fault.action}${"code" in fault ? ` ${fault.code}` : ""} at ${fault.of} ${at}`;
}
