import { expect, test } from "vitest";
import { reasonOf } from "#images/unreadable-picture.ts";

test.each([
  ["/a/b.tif: tiff2vips: bad seek to -2147483648", "tiff2vips: bad seek"],
  [
    "tiff2vips: directory points to file position 811; (2.100)",
    "tiff2vips: directory points to file position; (2.100)",
  ],
  ["Input buffer has corrupt header: /a/b.tif: x; x", "Input file has corrupt header: x; x"],
  ["heif: Invalid input: Unexpected end of file: 3 bytes; x", "heif: Invalid input; x"],
  ["heif: Invalid input: Unspecified: Bitstream not supported", "heif: Invalid input"],
  ["heif: Invalid input: Unexpected end of file; (2.100)", "heif: Invalid input"],
  ["heif: Invalid input: No 'meta' box", "heif: Invalid input: No 'meta' box"],
  ["x; x", "x"],
])("reasonOf() tells the same in every run, of %s", (message, reason) => {
  expect(reasonOf(new Error(message), "/a/b.tif")).toBe(reason);
});
