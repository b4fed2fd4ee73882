/** A tag, or text between tags; an empty element is two tags. */
export type XmlToken =
  | { readonly kind: "open"; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: "close"; readonly name: string }
  | { readonly kind: "text"; readonly text: string };

const TOKEN =
  /<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<\?.*?\?>|<!DOCTYPE[^>]*>|<(\/?)([^\s/>=<]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/sy;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The tags and texts of an XML file, without a document type of its own (https://www.w3.org/TR/xml/): what labeling tools write.
 *
 * @throws Error naming the line: no tag, a tag that closes none, or one that is not closed at the end
 */
export function* xmlTokens(xml: string): Generator<XmlToken> {
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < xml.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(xml);
    if (!match) throw new Error(`no tag or text in line ${lineAt(xml, at)}`);
    for (const token of tokensOf(match)) {
      if (token.kind === "open") open.push(token.name);
      else if (token.kind === "close" && open.pop() !== token.name)
        throw new Error(`</${token.name}> closes nothing in line ${lineAt(xml, at)}`);
      yield token;
    }
    at += match[0].length;
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
}

function* tokensOf([, data, slash, name, attributes, isEmpty, text]: RegExpExecArray): Generator<XmlToken> {
  if (data !== undefined) yield { kind: "text", text: data };
  else if (text !== undefined) yield { kind: "text", text: unescaped(text) };
  else if (slash) yield { kind: "close", name };
  else if (name !== undefined) {
    yield { kind: "open", name, attributes: attributesOf(attributes) };
    if (isEmpty) yield { kind: "close", name };
  }
}

function attributesOf(text: string): Record<string, string> {
  const found = Array.from(text.matchAll(ATTRIBUTE), ([, name, double, single]) => [name, unescaped(double ?? single)]);
  return Object.fromEntries(found);
}

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
