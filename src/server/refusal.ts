/** A request that is not answered as asked: its message says what was found, what was expected and what to do, and is sent as it is. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param status of HTTP, 400 to 599 */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const QUOTED_CHARACTERS = 200;

/** What a client sent, in quotes and not longer than a sentence bears. */
export function quoted(text: string): string {
  const isLong = text.length > QUOTED_CHARACTERS;
  return JSON.stringify(isLong ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text);
}
