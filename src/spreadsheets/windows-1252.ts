// Bytes 0x80 to 0x9F; the others are as in Latin-1. TextDecoder does not say so everywhere: Node.js 20.20 reads Latin-1 for this name.
const C1 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** The text of bytes in Windows-1252; any bytes have one. */
export function fromWindows1252(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[\x80-\x9f]/g, (unit) => C1[unit.charCodeAt(0) - 0x80]);
}

/** The bytes of a text in Windows-1252; undefined where it has a character that is not among them. */
export function toWindows1252(text: string): Buffer | undefined {
  const codes = Array.from(text, (character) => {
    const place = C1.indexOf(character);
    return place === -1 ? character.codePointAt(0)! : place + 0x80;
  });
  return codes.every((code) => code <= 0xff) ? Buffer.from(codes) : undefined;
}
