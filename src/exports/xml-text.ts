/** Characters that no XML 1.0 document may hold, in whatever notation. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const EVERY_FORBIDDEN = new RegExp(FORBIDDEN, "gu");
/** What has a meaning, and white space that readers would change to spaces or other line ends. */
const SPECIAL = /[&<>"\t\n\r\u0085\u2028]/g;

/** @see https://www.w3.org/TR/xml/#charsets */
export function isXmlText(text: string): boolean {
  return !FORBIDDEN.test(text);
}

/** A text for an attribute in double quotes or between tags; what XML cannot hold becomes U+FFFD. */
export function xmlText(text: string): string {
  return text.replace(EVERY_FORBIDDEN, "\ufffd").replace(SPECIAL, (character) => `&#${character.charCodeAt(0)};`);
}
