/**
 * Order of two strings as UTF-8 bytes: the order of object ids everywhere. It is the order of code points, which JavaScript's
 * own `<` (UTF-16 units) breaks only where a surrogate meets a unit above the surrogates.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return aboveSurrogates(unitA) - aboveSurrogates(unitB);
  }
  return a.length - b.length;
}

// moves surrogates (U+D800..DFFF) behind U+E000..FFFF, where the code points they stand for belong
function aboveSurrogates(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
