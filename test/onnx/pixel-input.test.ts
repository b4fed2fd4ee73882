import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { fromFloat16 } from "#onnx/float16.ts";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { PIXELS, type PixelInput, withPixelInput } from "#onnx/pixel-input.ts";
import { openSession, tensorOf } from "#onnx/session.ts";

const HOW: PixelInput = {
  ...{ input: "picture", type: "float32", layout: "nchw", channels: "rgb", width: 4, height: 3 },
  ...{ mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] },
};

/** A model that gives back what it was given. */
function echo({ input, type, layout, width, height }: PixelInput): Uint8Array {
  const shape = layout === "nchw" ? ["n", 3, height, width] : ["n", height, width, 3];
  const graph = new GraphBuilder("echo").input(input, type, shape);
  return graph.node("Identity", [input], ["same"]).output("same", type, shape).finish();
}

async function seenBy(how: PixelInput, pixels: Uint8Array) {
  const session = await openSession(withPixelInput(echo(how), how), { device: "cpu", threads: 1 });
  const count = pixels.length / (3 * how.width * how.height);
  const feeds = { [PIXELS]: tensorOf("uint8", pixels, [count, how.height, how.width, 3]) };
  const { same } = await session.run(feeds);
  const { data, dims } = same;
  const values = how.type === "float32" ? [...(data as Float32Array)] : Array.from(data as Uint16Array, fromFloat16);
  return { values, dims: [...dims] };
}

/** By the documentation of presets, one number at a time. */
function expected({ layout, channels, width, height, mean, deviation }: PixelInput, pixels: Uint8Array): number[] {
  const area = width * height;
  const values = new Array<number>(pixels.length);
  for (const [at, pixel] of pixels.entries()) {
    const [image, place, colour] = [Math.floor(at / (3 * area)), Math.floor(at / 3) % area, at % 3];
    const channel = channels === "rgb" ? colour : 2 - colour;
    const to = layout === "nchw" ? channel * area + place : place * 3 + channel;
    values[image * 3 * area + to] = Math.fround(
      Math.fround(pixel - Math.fround(mean[channel])) / Math.fround(deviation[channel]),
    );
  }
  return values;
}

test.each<[string, Partial<PixelInput>]>([
  ["nchw, RGB", {}],
  ["nhwc", { layout: "nhwc" }],
  ["BGR", { channels: "bgr" }],
  ["nhwc, BGR", { layout: "nhwc", channels: "bgr" }],
  ["bytes as they are", { mean: [0, 0, 0], deviation: [1, 1, 1] }],
  ["in [0, 1]", { mean: [0, 0, 0], deviation: [255, 255, 255] }],
])("a model with pixels as its input sees what its preset says, to the bit: %s", async (_, changes) => {
  const how = { ...HOW, ...changes };
  const random = new SeededRandom(5);
  const pixels = Uint8Array.from({ length: 2 * 3 * 4 * 3 }, () => random.integer(0, 256));
  const { values, dims } = await seenBy(how, pixels);
  expect(dims).toEqual(how.layout === "nchw" ? [2, 3, 3, 4] : [2, 3, 4, 3]);
  expect(values).toEqual(expected(how, pixels));
});

test("a model of half precision gets its numbers rounded once more", async () => {
  const how: PixelInput = { ...HOW, type: "float16" };
  const pixels = Uint8Array.from({ length: 36 }, (_, i) => (i * 71) % 256);
  const { values } = await seenBy(how, pixels);
  for (const [i, value] of expected(how, pixels).entries()) expect(Math.abs(values[i] - value)).toBeLessThan(2e-3);
});
