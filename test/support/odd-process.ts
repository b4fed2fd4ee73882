import { pbkdf2 } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { PipelineError } from "#base/pipeline-error.ts";
import { serveProcess } from "#base/serve-process.ts";

/** What a child process can do to the one that started it. */
const handlers = {
  double: (bytes: Uint8Array) => ({ bytes: bytes.map((value) => 2 * value) }),
  pid: () => process.pid,
  wait: (milliseconds: number) => sleep(milliseconds, "waited"),
  fail: (message: string) => {
    throw new PipelineError("input", message);
  },
  exit: (code: number) => process.exit(code),
  abort: () => process.abort(),
  hang: () => {
    for (;;);
  },
  /** Minutes of native code in another thread, as decoding is. */
  hangNative: () => new Promise((resolve) => pbkdf2("", "", 2 ** 31 - 1, 64, "sha512", resolve)),
  eatMemory: async (megabytes: number) => {
    const eaten: Buffer[] = [];
    for (let i = 0; i < megabytes / 16; i++) {
      eaten.push(Buffer.alloc(16 << 20, 1));
      await sleep(10);
    }
    return eaten.length;
  },
  /** In the place of a picture: crashes in the first process that sees the path. */
  gray: ({ path }: { path: string }) => {
    if (existsSync(`${path}.seen`)) return { found: { width: 1, height: 1, values: new Uint8Array([7]) } };
    writeFileSync(`${path}.seen`, "");
    return process.abort();
  },
  hashPixels: () => process.abort(),
};

export type OddHandlers = typeof handlers;
serveProcess(handlers);
