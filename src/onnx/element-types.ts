/** Numbers of TensorProto.DataType, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, under ONNX Runtime's names. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

const NAMES = new Map<number, string>(Object.entries(ELEMENT_TYPES).map(([name, number]) => [number, name]));

/** `float32`, or `type 23` for one that ONNX has added since. */
export function elementTypeName(number: number): string {
  return NAMES.get(number) ?? `type ${number}`;
}
