import { readFileSync } from "node:fs";

/** Memory that WebAssembly works on: of one thread, or shared by all. */
export interface WorkMemory<Buffer extends ArrayBufferLike = ArrayBuffer> {
  readonly buffer: Buffer;
  grow(pages: number): number;
}

/** What Node.js has and its types do not name. */
declare const WebAssembly: {
  Memory: new (description: { initial: number; maximum?: number; shared?: boolean }) => WorkMemory<never>;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

const PAGE_BYTES = 65_536;

/** Memory of this thread alone; it can grow. */
export function ownMemory(): WorkMemory {
  return new WebAssembly.Memory({ initial: 1 });
}

/** Grows memory of this thread to at least so many bytes; earlier views of its buffer are then empty. */
export function growTo(memory: WorkMemory, bytes: number): ArrayBuffer {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
  return memory.buffer;
}

/**
 * Memory that can be posted to other threads; it cannot grow.
 *
 * @throws RangeError beyond the 4 GiB that addresses reach
 */
export function sharedMemory(bytes: number): WorkMemory<SharedArrayBuffer> {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/**
 * The functions of an assembled module.
 *
 * @param file URL of the .wasm file; @param imports what it names, by its two names
 */
export function functionsOf(file: URL, imports: Record<string, Record<string, object>>): object {
  const module = new WebAssembly.Module(readFileSync(file));
  return new WebAssembly.Instance(module, imports).exports;
}
