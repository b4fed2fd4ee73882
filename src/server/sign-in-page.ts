import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";

const STYLE =
  ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem}" +
  "input,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;margin:.25rem 0}";
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Asks a person for the token, in place of the page. */
export function signInPage(reply: FastifyReply, wasWrong: boolean): FastifyReply {
  const said = wasWrong ? "That is not the token of this server." : "This server wants its token.";
  const form =
    `<form action="./" method="get"><label>${said}` +
    '<input name="token" type="password" required autofocus autocomplete="current-password"></label><button>Open</button></form>';
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`;
  return reply
    .code(401)
    .header("content-security-policy", POLICY)
    .type("text/html; charset=utf-8")
    .send(`${html}<title>twinsift</title><style>${STYLE}</style><body><main><h1>twinsift</h1>${form}</main></html>`);
}
