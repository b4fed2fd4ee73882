import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { PipelineError } from "#base/pipeline-error.ts";

const LEAST_CHARACTERS = 16;

/** What a request has to bring: as `Authorization: Bearer …`, or as a cookie that does not hold the token itself. */
export class Token {
  readonly #digest: Buffer;
  readonly #cookieName: string;
  readonly #cookieValue: string;
  readonly #cookieDigest: Buffer;

  /** @throws PipelineError `settings` for one that could be guessed, or that no header can hold */
  constructor(token: string) {
    if (token.length < LEAST_CHARACTERS || !/^[!-~]*$/.test(token)) {
      const found = `found ${token.length} characters`;
      const expected = `Expected a token of at least ${LEAST_CHARACTERS} characters, without spaces and of ASCII`;
      throw new PipelineError("settings", `${expected}, ${found}; openssl rand -hex 24 makes one`);
    }
    this.#digest = digestOf(token);
    this.#cookieValue = digestOf(`cookie of ${token}`).toString("base64url");
    this.#cookieDigest = digestOf(this.#cookieValue);
    // cookies know no ports: servers of one machine with tokens of their own do not take each other's
    this.#cookieName = `twinsift-${digestOf(`name of ${token}`).toString("hex").slice(0, 8)}`;
  }

  /** Whether this is the token; the time it takes tells nothing. */
  is(given: string): boolean {
    return timingSafeEqual(digestOf(given), this.#digest);
  }

  /** Whether the headers of a request bring it. */
  isBroughtBy({ authorization = "", cookie = "" }: IncomingHttpHeaders): boolean {
    const bearer = /^bearer +(\S+) *$/i.exec(authorization);
    if (bearer) return this.is(bearer[1]);
    const prefix = `${this.#cookieName}=`;
    const values = cookie.split(/; */).filter((part) => part.startsWith(prefix));
    return values.some((part) => timingSafeEqual(digestOf(part.slice(prefix.length)), this.#cookieDigest));
  }

  /** The value of a Set-Cookie header that lets a browser in from now on; no script can read it, no other site use it. */
  get setCookie(): string {
    return `${this.#cookieName}=${this.#cookieValue}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`;
  }
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
