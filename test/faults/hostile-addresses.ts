import { HOST, type Maker } from "./hostile-request.ts";

const ROUTES = ["/images/", "/similar/"] as const;

/** What is wrong stands in the first line or in the headers. */
export const ADDRESSES: Readonly<Record<string, Maker>> = {
  traversal: (random, { secret }) => {
    const dots = random.pick(["..", "%2e%2e", "%2E.", "..%00", "%252e%252e", "%c0%ae%c0%ae", "..%5c", "....", "..;"]);
    const slash = random.pick(["/", "%2f", "%2F", "%5c", "\\", "%252f", "%c0%af", "//", "/./"]);
    const end = random.pick(["secret.txt", "etc/passwd", "secret.png", secret.slice(1)]);
    const start = random.pick(["", "b/", "a.png/", "/", "./"]);
    const path = start + `${dots}${slash}`.repeat(random.integer(1, 9)) + end;
    return get(random.pick(ROUTES) + path + random.pick(["", "?width=100", "?limit=3"]));
  },
  "absolute path": (random, { secret }) => {
    const path = random.pick([
      secret,
      `/${secret}`,
      encodeURIComponent(secret),
      `file://${secret}`,
      `/proc/self/environ`,
    ]);
    return get(random.pick(ROUTES) + path);
  },
  "broken encoding": (random) => {
    const bad = random.pick(["%", "%4", "%zz", "%u0061", "%ff", "%c0%80", "%ed%a0%80", "%f8%88%80%80%80", "a.png%"]);
    return get(random.pick(ROUTES) + bad + random.pick(["", "/x", ".png"]));
  },
  "odd characters": (random) => {
    const odd = random.pick([
      "%00",
      "%0d%0aX:%201",
      "%1b[2J",
      "a.png%00",
      "a.png%0a",
      "%e2%80%a8",
      "a.png%20",
      "%7f",
      "A.PNG",
    ]);
    return get(random.pick(ROUTES) + odd);
  },
  "raw odd characters": (random) => {
    const odd = random.pick(["\0", "\x01", "\x7f", "a b", "\tx", "\xff\xfe", "a.png\r", "a.png\x0b"]);
    return { parts: [Buffer.from(`GET /images/${odd} HTTP/1.1\r\n${HOST}\r\n`, "latin1")], mayClose: true };
  },
  "wrong parameter": (random) => {
    const number = [
      "NaN",
      "0",
      "-1",
      "1e9",
      "Infinity",
      "",
      "1.5",
      "99999999999999999999",
      "1,000",
      "٣",
      "null",
      "0x",
      "1&X=1",
    ];
    const path = random.pick([
      "/similar/a.png?limit=",
      "/images/a.png?width=",
      "/images?limit=",
      "/similar/a.png?limit=1&limit=",
    ]);
    return get(path + encodeURIComponent(random.pick(number)).replace("%26", "&"));
  },
  "unknown parameter": (random) => {
    const name = random.pick([
      "limt",
      "__proto__",
      "constructor[prototype]",
      "path",
      "file",
      "url",
      "limit[]",
      "%00",
      "a".repeat(5000),
    ]);
    return get(`${random.pick(["/similar/a.png", "/images/a.png", "/images", "/healthz", "/metrics"])}?${name}=1`);
  },
  "unknown id": (random) =>
    get(
      random.pick(ROUTES) +
        random.pick(["x", "a.pn", "b", "b/", "b/c.png/", "__proto__", "toString", "*", "a.png%23", "%3Fa"]),
    ),
  "unknown route": (random) =>
    get(
      random.pick([
        "/admin",
        "/.git/config",
        "/../secret.txt",
        "//",
        "/images../secret.txt",
        "/similar",
        "/.env",
        "/index.html",
        "/%2e%2e/secret.txt",
      ]),
    ),
  "no own URL": (random) => {
    const target = random.pick([
      "http://localhost/healthz",
      "*",
      "localhost:80",
      "file:///etc/passwd",
      "?x",
      "http://evil.example/",
    ]);
    const method = random.pick(["GET", "OPTIONS", "DELETE"]);
    return { parts: [`${method} ${target} HTTP/1.1\r\n${HOST}\r\n`], mayClose: true };
  },
  "long URL": (random) =>
    get(`${random.pick(ROUTES)}${random.pick(["a", "%41", "../"]).repeat(random.integer(17_000, 90_000))}`),
  "long headers": (random) => {
    const name = random.pick(["X", "Cookie", "Accept", "Authorization", "If-None-Match"]);
    const lines = random.integer(1, 500);
    return get("/healthz", `${name}: ${"x".repeat(random.integer(40_000, 200_000) / lines)}\r\n`.repeat(lines));
  },
  "wrong method": (random) => {
    const method = random.pick([
      "PUT",
      "DELETE",
      "PATCH",
      "OPTIONS",
      "TRACE",
      "PROPFIND",
      "COPY",
      "MKCOL",
      "SEARCH",
      "LOCK",
      "PURGE",
    ]);
    const path = random.pick(["/images/a.png", "/similar/a.png", "/healthz", "/", "/images"]);
    return { parts: [`${method} ${path} HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`] };
  },
  "no method": (random) => {
    const line = random.pick([
      "get / HTTP/1.1",
      "GETT / HTTP/1.1",
      "CONNECT localhost:80 HTTP/1.1",
      "PRI * HTTP/2.0",
      "GET /",
      "GET / HTTP/9.9",
      "GET / HTTQ/1.1",
      "\r\n\r\n\r\n",
      ": x",
    ]);
    return { parts: [`${line}\r\n${HOST}\r\n`], options: { end: true }, mayClose: true };
  },
  "lies about the host": (random) => {
    const host = random.pick([
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.nip.io",
      "",
      "a@localhost",
      "localhost:99999999",
      "LOCALHOST.",
      "[::ffff:127.0.0.1]",
    ]);
    const headers = random.pick([`Host: ${host}\r\n`, "", `${HOST}Host: ${host}\r\n`, `${HOST}${HOST}`]);
    return { parts: [`GET /similar/a.png HTTP/1.1\r\n${headers}\r\n`], mayClose: true };
  },
};

function get(target: string, headers = ""): { parts: string[] } {
  return { parts: [`GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`] };
}
