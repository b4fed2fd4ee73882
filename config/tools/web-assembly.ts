import openWabt from "wabt";

/** The bytes of a WebAssembly text; Node.js validates them when they are loaded. */
export async function assembled(file: string, text: string): Promise<Uint8Array> {
  const module = (await openWabt()).parseWat(file, text, { simd: true, threads: true });
  return module.toBinary({}).buffer;
}
