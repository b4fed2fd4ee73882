/** What XML cannot hold, and returns, which it does not keep: both are written as `_x000D_`, as OOXML has it. */
const NOT_IN_XML =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const LOOKS_ESCAPED = /_(?=x[0-9A-Fa-f]{4}_)/g;

/** A text within an element of OOXML; reading gives back the same. */
export function xmlText(text: string): string {
  return xmlEntities(text.replace(LOOKS_ESCAPED, "_x005F_").replace(NOT_IN_XML, escaped));
}

/** A text in an attribute, for people to read: characters that XML cannot hold are replaced. */
export function xmlAttribute(text: string): string {
  return xmlEntities(text.replace(NOT_IN_XML, "\ufffd")).replaceAll('"', "&quot;");
}

function xmlEntities(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function escaped(unit: string): string {
  return `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
}
