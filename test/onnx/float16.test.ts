import { expect, test } from "vitest";
import { fromFloat16, toFloat16 } from "#onnx/float16.ts";
import { hasNumpy, runPython } from "../support/python.ts";

test("toFloat16() gives back every half-precision number it is given", () => {
  for (let half = 0; half < 0x10000; half++) {
    const isNan = (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;
    if (!isNan) expect(toFloat16(fromFloat16(half))).toBe(half);
  }
  expect(toFloat16(Number.NaN) & 0x7e00).toBe(0x7e00);
});

test.runIf(hasNumpy)("toFloat16() rounds as numpy does", () => {
  const script = `
import numpy as np, json
rng = np.random.default_rng(1)
values = np.concatenate([rng.standard_normal(4000) * 10.0 ** rng.uniform(-9, 5, 4000), [65504, 65519, 65520, 1e9, 6e-8, 2.9e-8]]).astype('f4')
with np.errstate(over='ignore'):
    halves = values.astype('f2').view('u2')
print(json.dumps([values.astype(float).tolist(), halves.tolist()]))`;
  const [values, halves] = runPython(script) as [number[], number[]];
  expect(values.map(toFloat16)).toEqual(halves);
});
