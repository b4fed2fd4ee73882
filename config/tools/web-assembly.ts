import openWabt from "wabt";

/** The bytes of a WebAssembly text. */
export async function assembled(file: string, text: string): Promise<Uint8Array> {
  const module = (await openWabt()).parseWat(file, text, { simd: true, threads: true });
  module.validate();
  return module.toBinary({}).buffer;
}
