import type { SeededRandom } from "#base/seeded-random.ts";
import { HOST, type Maker } from "./hostile-request.ts";

/** What is wrong is what follows the headers, or what these say of it. */
export const BODIES: Readonly<Record<string, Maker>> = {
  "other site": (random, { pictures }) => {
    const [, body] = random.pick(pictures);
    const origin = random.pick([
      "Origin: https://evil.example",
      "Origin: null",
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Site: same-site",
      "Origin: http://localhost.evil.example",
    ]);
    return post(random.pick(["/similar", "/images"]), body, `${origin}\r\n`);
  },
  picture: (random, { pictures }) => {
    const [, body] = random.pick(pictures);
    const type = random.pick([
      "image/png",
      "application/octet-stream",
      "text/html",
      "application/json",
      "image/svg+xml",
    ]);
    return post("/similar", body, `Content-Type: ${type}\r\n`);
  },
  "wrong type": (random, { pictures }) => {
    const type = random.pick([
      "multipart/form-data; boundary=x",
      "MULTIPART/mixed",
      "multipart/form-data",
      "/",
      "\x01",
      "a/b/c;;",
    ]);
    return { ...post("/similar", random.pick(pictures)[1], `Content-Type: ${type}\r\n`), mayClose: true };
  },
  adding: (random, { pictures }) => {
    const name = random.pick(["x.png", "../x.png", "%2e%2e%2fx.png", "a%00.png", "b%5cx.png", ".htaccess", ""]);
    return post(`/images?name=${name}`, random.pick(pictures)[1]);
  },
  "large body": (random, { maxBodyBytes }) => {
    const bytes = maxBodyBytes + random.integer(1, maxBodyBytes);
    if (random.integer(0, 2) === 0) return post("/similar", Buffer.alloc(bytes, 1));
    const size = 65_536;
    const chunked = Buffer.concat([
      Buffer.from(`${size.toString(16)}\r\n`),
      Buffer.alloc(size, 1),
      Buffer.from("\r\n"),
    ]);
    const chunks = Array.from({ length: Math.ceil(bytes / size) }, () => chunked);
    return { parts: [`POST /similar HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`, ...chunks] };
  },
  "lies about the length": (random) => {
    const length = random.pick([
      "-1",
      "+5",
      "0x5",
      "5, 5",
      "5\r\nContent-Length: 6",
      "1e3",
      "99999999999999999999",
      "5 5",
      "",
    ]);
    return {
      parts: [`POST /similar HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\nhello`],
      options: { end: true },
      mayClose: true,
    };
  },
  "less than was told": (random) => {
    const [told, sent] = [random.integer(100, 10_000), random.integer(0, 99)];
    return {
      parts: [`POST /similar HTTP/1.1\r\n${HOST}Content-Length: ${told}\r\n\r\n`, "x".repeat(sent)],
      options: { end: true },
      mayClose: true,
    };
  },
  smuggling: (random) => {
    const inner = "GET /images/../secret.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const headers = random.pick([
      ...[
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
      ],
      ...[
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding: chunked, gzip",
      ],
      ...["Content-Length: 0\r\n Content-Length: 9", "X: 1\rTransfer-Encoding: chunked", "Transfer-Encoding: gzip"],
    ]);
    return {
      parts: [Buffer.from(`POST /similar HTTP/1.1\r\n${HOST}${headers}\r\n\r\n0\r\n\r\n${inner}`, "latin1")],
      options: { end: true },
      mayClose: true,
    };
  },
  "broken chunks": (random) => {
    const body = random.pick([
      "zz\r\nhello\r\n0\r\n\r\n",
      "-5\r\nhello\r\n0\r\n\r\n",
      "5\r\nhelloworld\r\n0\r\n\r\n",
      "ffffffffffffffffff\r\nx",
      `5;${"x".repeat(50_000)}\r\nhello\r\n0\r\n\r\n`,
      "5\nhello\n0\n\n",
      "5\r\nhel",
    ]);
    return {
      parts: [`POST /similar HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`, body],
      options: { end: true },
      mayClose: true,
    };
  },
  garbage: (random) => {
    const hello = Buffer.from("16030100c8010000c40303", "hex");
    const bytes = Buffer.from(Array.from({ length: random.integer(1, 3000) }, () => random.integer(0, 256)));
    return {
      parts: [Buffer.concat(random.integer(0, 3) === 0 ? [hello, bytes] : [bytes])],
      options: { end: true },
      mayClose: true,
    };
  },
  "slow headers": (random) => ({
    parts: ["GET /healthz HTTP/1.1\r\n", HOST, ...drops(random)],
    options: { pauseMs: 250 },
    mayClose: true,
  }),
  "slow body": (random) => ({
    parts: [`POST /similar HTTP/1.1\r\n${HOST}Content-Length: 5000\r\n\r\n`, ...drops(random)],
    options: { pauseMs: 250 },
    mayClose: true,
  }),
};

function post(target: string, body: Buffer, headers = ""): { parts: (string | Buffer)[] } {
  return { parts: [`POST ${target} HTTP/1.1\r\n${HOST}${headers}Content-Length: ${body.length}\r\n\r\n`, body] };
}

/** More of them than there is time for. */
function drops(random: SeededRandom): string[] {
  return Array.from({ length: 40 }, () => (random.integer(0, 2) === 0 ? "x" : "X: "));
}
