// Imported before a run: makes the n-th operation on files under a folder fail, tear or kill the process. What is wanted comes
// in the environment (fault-layer.ts); every operation met is a line of a log: number, kind, name, path.
// @ts-nocheck: it replaces functions by their names, whatever their types
import fs from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

const {
  FAULT_FOLDER = "",
  FAULT_OF = "change",
  FAULT_ACTION = "none",
  FAULT_CODE = "EIO",
  FAULT_LOG = "",
} = process.env;
const FAULT_AT = Number(process.env.FAULT_AT ?? 0);

const CHANGES = [
  "rename",
  "mkdir",
  "rm",
  "unlink",
  "rmdir",
  "truncate",
  "link",
  "symlink",
  "copyFile",
  "writeFile",
  "appendFile",
];
const HANDLE_CHANGES = ["write", "writev", "writeFile", "appendFile", "sync", "datasync", "truncate"];
const FD_CHANGES = ["write", "writev", "fsync", "fdatasync", "ftruncate"];
// where a call's content stands among its arguments: those calls can be torn
const CONTENT_OF_PATH = new Set(["writeFile", "appendFile"]);
const CONTENT_OF_HANDLE = new Set(["write", "writeFile", "appendFile"]);

const appendLog = fs.appendFileSync;
const counts = { change: 0, read: 0 };
const pathOfHandle = new WeakMap();
const pathOfFd = new Map();
const ended = new WeakSet();
let nested = 0;

function asPath(value) {
  if (value instanceof URL) return fileURLToPath(value);
  return typeof value === "string" || Buffer.isBuffer(value) ? resolve(String(value)) : undefined;
}

function isUnder(path) {
  return path !== undefined && (path === FAULT_FOLDER || path.startsWith(FAULT_FOLDER + sep));
}

/** Counts an operation; true when it is the one to go wrong. */
function isItsTurn(kind, name, paths) {
  if (nested > 0 || !paths.some(isUnder)) return false;
  const number = ++counts[kind];
  if (FAULT_LOG) appendLog(FAULT_LOG, `${number}\t${kind}\t${name}\t${paths.filter(Boolean).join("\t")}\n`);
  return FAULT_ACTION !== "none" && kind === FAULT_OF && number === FAULT_AT;
}

function failure(name, path) {
  const messages = {
    EIO: "i/o error",
    ENOSPC: "no space left on device",
    EMFILE: "too many open files",
    EROFS: "read-only file system",
  };
  const text = messages[FAULT_CODE] ?? "made to fail";
  return Object.assign(new Error(`${FAULT_CODE}: ${text}, ${name} '${path}'`), {
    code: FAULT_CODE,
    syscall: name,
    path,
  });
}

function die() {
  process.kill(process.pid, "SIGKILL");
  // the signal needs a moment to arrive, in which nothing more may happen
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** What a call that is to go wrong is made with, and what becomes of its result. */
function plan(name, paths, args, contentAt) {
  const path = paths.find(isUnder);
  const asIs = { args, after: (result) => result };
  const fail = () => {
    throw failure(name, path);
  };
  if (FAULT_ACTION === "fail") fail();
  if (FAULT_ACTION === "kill-before") die();
  if (FAULT_ACTION === "kill-after") return { ...asIs, after: die };
  if (FAULT_ACTION === "tear" || FAULT_ACTION === "tear-kill") {
    const after = FAULT_ACTION === "tear" ? fail : die;
    return contentAt === undefined ? after() : { args: halved(args, contentAt), after };
  }
  return { ...asIs, after: (result) => damaged(result, args) };
}

/** The arguments of a write with half of its bytes. */
function halved(args, at) {
  const content = typeof args[at] === "string" ? Buffer.from(args[at]) : args[at];
  const offset = typeof args[at + 1] === "number" && typeof args[at] !== "string" ? args[at + 1] : 0;
  const length =
    typeof args[at + 2] === "number" && typeof args[at] !== "string" ? args[at + 2] : content.byteLength - offset;
  const half = Buffer.from(content.buffer, content.byteOffset + offset, length >> 1);
  const position =
    typeof args[at] !== "string" && typeof args[at + 3] === "number" ? [0, half.length, args[at + 3]] : [];
  return [...args.slice(0, at), half, ...position];
}

/** What was read, with one bit flipped in its middle or without its second half. */
function damaged(result, [target]) {
  const isText = typeof result === "string";
  // opening and listing give nothing that could be cut or flipped
  if (!isText && !Buffer.isBuffer(result) && result?.bytesRead === undefined) return result;
  const bytes = isText ? Buffer.from(result) : Buffer.isBuffer(result) ? result : result.buffer;
  const length = result.bytesRead ?? bytes.length;
  if (FAULT_ACTION === "short") {
    if (result.bytesRead !== undefined) return { ...result, bytesRead: length >> 1 };
    return isText ? String(bytes.subarray(0, length >> 1)) : bytes.subarray(0, length >> 1);
  }
  if (length > 0) new Uint8Array((bytes ?? target).buffer, (bytes ?? target).byteOffset)[length >> 1] ^= 4;
  return isText ? String(bytes) : result;
}

/** Puts a faulty form in the place of an asynchronous method. */
function replaceAsync(owner, name, { kind, pathsOf, contentAt, opened }) {
  const original = owner[name];
  if (!original) return;
  owner[name] = async function faulty(...args) {
    const paths = pathsOf(this, args);
    const kindNow = typeof kind === "function" ? kind(args) : kind;
    if (ended.has(this) && kindNow === "read") return emptyRead(name, args);
    if (!isItsTurn(kindNow, name, paths))
      return opened ? opened(await original.apply(this, args), paths) : original.apply(this, args);
    if (kindNow === "read" && FAULT_ACTION === "short" && name === "read") ended.add(this);
    const planned = plan(name, paths, args, contentAt);
    const result = await original.apply(this, planned.args);
    return planned.after(opened ? opened(result, paths) : result);
  };
}

/** What reading at the end of a file gives. */
function emptyRead(name, [target]) {
  if (name === "read") return { bytesRead: 0, buffer: target?.buffer instanceof ArrayBuffer ? target : target?.buffer };
  return Buffer.alloc(0);
}

/** Puts a faulty form in the place of a synchronous function of node:fs. */
function replaceSync(name, { kind, pathsOf, contentAt, opened }) {
  const original = fs[name];
  fs[name] = function faulty(...args) {
    const paths = pathsOf(this, args);
    const kindNow = typeof kind === "function" ? kind(args) : kind;
    const planned = isItsTurn(kindNow, name, paths)
      ? plan(name, paths, args, contentAt)
      : { args, after: (result) => result };
    nested++;
    try {
      const result = original.apply(this, planned.args);
      opened?.(result, paths);
      return planned.after(result);
    } finally {
      nested--;
    }
  };
}

const kindOfOpen = ([, flags = "r"]) => (flags === "r" || flags === fs.constants.O_RDONLY ? "read" : "change");
const ofPath = (_, [path]) => [asPath(path)];
const ofTwoPaths = (_, [from, to]) => [asPath(from), asPath(to)];
const ofHandle = (handle) => [pathOfHandle.get(handle)];
const ofFd = (_, [fd]) => [typeof fd === "number" ? pathOfFd.get(fd) : asPath(fd)];
const pathsOf = (name) => (["rename", "link", "symlink", "copyFile"].includes(name) ? ofTwoPaths : ofPath);
const ofPathOrHandle = (owner, [path]) =>
  typeof path === "object" && pathOfHandle.has(path) ? ofHandle(path) : ofPath(owner, [path]);

function remember(handle, [path]) {
  pathOfHandle.set(handle, path);
  pathOfFd.set(handle.fd, path);
  return handle;
}

async function replacePromises() {
  const probe = await promises.open(fileURLToPath(import.meta.url));
  const handles = Object.getPrototypeOf(probe);
  await probe.close();
  replaceAsync(promises, "open", { kind: kindOfOpen, pathsOf: ofPath, opened: remember });
  for (const name of ["readFile", "readdir"]) replaceAsync(promises, name, { kind: "read", pathsOf: ofPathOrHandle });
  for (const name of CHANGES) {
    const content = CONTENT_OF_PATH.has(name) ? { pathsOf: ofPathOrHandle, contentAt: 1 } : { pathsOf: pathsOf(name) };
    replaceAsync(promises, name, { kind: "change", ...content });
  }
  for (const name of HANDLE_CHANGES) {
    const content = CONTENT_OF_HANDLE.has(name) ? { contentAt: 0 } : {};
    replaceAsync(handles, name, { kind: "change", pathsOf: ofHandle, ...content });
  }
  for (const name of ["read", "readv", "readFile"]) replaceAsync(handles, name, { kind: "read", pathsOf: ofHandle });
}

function replaceSynchronous() {
  const opened = (fd, [path]) => pathOfFd.set(fd, path);
  replaceSync("openSync", { kind: kindOfOpen, pathsOf: ofPath, opened });
  for (const name of ["readFileSync", "readSync", "readdirSync"]) replaceSync(name, { kind: "read", pathsOf: ofFd });
  for (const name of CHANGES) {
    const content = CONTENT_OF_PATH.has(name) ? { pathsOf: ofFd, contentAt: 1 } : { pathsOf: pathsOf(name) };
    replaceSync(`${name}Sync`, { kind: "change", ...content });
  }
  for (const name of FD_CHANGES) {
    const content = name === "write" ? { contentAt: 1 } : {};
    replaceSync(`${name}Sync`, { kind: "change", pathsOf: ofFd, ...content });
  }
}

// worker threads and child processes inherit the environment; counting there as well would make "the n-th" mean nothing
if (FAULT_FOLDER && isMainThread && process.env.FAULT_OWNER === undefined) {
  process.env.FAULT_OWNER = String(process.pid);
  await replacePromises();
  replaceSynchronous();
  syncBuiltinESMExports();
}
