import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

/** Versions of the program that stay, however old: those of branches that are worked on in turn. */
const KEPT_VERSIONS = 4;
/** Others stay for so long after their latest start, as a run may still load workers from them. */
const KEPT_MS = 2 * 24 * 3600 * 1000;

/**
 * The JavaScript file that a TypeScript file of `src/` or `pipeline/` was compiled to. Each version of the sources is compiled when it
 * is first started, into a folder of its own under `node_modules/.cache/twinsift`, which is there whole or not at all.
 *
 * @param {string} root folder of the package
 * @param {string} file absolute path
 * @returns {Promise<string | undefined>} undefined when the cache cannot be written, or the file is no entry of the program
 */
export async function compiledModule(root, file) {
  try {
    const names = sourceNames(root);
    const states = statesOf(root, names);
    const version = knownVersion(root, states) ?? (await foundVersion(root, names, states));
    noteUse(version);
    const compiled = join(version, relative(root, realpathSync(file)).replace(/\.ts$/, ".mjs"));
    return existsSync(compiled) ? compiled : undefined;
  } catch {
    // a read-only installation, a full disk, a source that does not compile: tsx runs it, or tells why it cannot
    return undefined;
  }
}

/**
 * What the compiled program depends on: all sources, how they are compiled, and package.json with esbuild's exact version.
 *
 * @param {string} root
 * @returns {string[]} relative to it
 */
function sourceNames(root) {
  const names = ["package.json", "tsconfig.json"].filter((name) => existsSync(join(root, name)));
  for (const folder of ["pipeline", "src"]) {
    const inside = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    names.push(...inside.filter((name) => /\.(ts|mjs)$/.test(name)).map((name) => join(folder, name)));
  }
  return names.sort();
}

/**
 * Changes whenever a source does: nothing is written without a new ctime. Asking for it takes a fifth of the time of reading.
 *
 * @param {string} root
 * @param {string[]} names
 */
function statesOf(root, names) {
  const hash = createHash("sha256").update(`${process.version}\n${root}\n`);
  for (const name of names) {
    const { size, ctimeNs, ino } = statSync(join(root, name), { bigint: true });
    hash.update(`${name}\n${size} ${ctimeNs} ${ino}\n`);
  }
  return hash.digest("hex");
}

/**
 * Where it stands which version the sources were the last time, and in which states their files then were.
 *
 * @param {string} root
 */
function latestFile(root) {
  return join(root, "node_modules", ".cache", "twinsift-latest.json");
}

/**
 * @param {string} root
 * @param {string} states
 * @returns {string | undefined} folder of the version; undefined where the sources have to be read
 */
function knownVersion(root, states) {
  try {
    const latest = JSON.parse(readFileSync(latestFile(root), "utf8"));
    return latest.states === states && existsSync(latest.version) ? latest.version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads the sources, and compiles them where that was not done.
 *
 * @param {string} root
 * @param {string[]} names
 * @param {string} states
 * @returns {Promise<string>} folder of the version
 */
async function foundVersion(root, names, states) {
  const sources = new Map(names.map((name) => [join(root, name), readFileSync(join(root, name))]));
  const version = join(root, "node_modules", ".cache", "twinsift", keyOf(root, sources));
  if (!existsSync(version)) await addVersion(root, sources, version);
  const draft = `${latestFile(root)}.${randomUUID()}`;
  try {
    writeFileSync(draft, JSON.stringify({ states, version }));
    renameSync(draft, latestFile(root));
  } catch {
    // the next start reads the sources again
    rmSync(draft, { force: true });
  }
  return version;
}

/**
 * The contents count and not the times: a fresh clone, an image of a container and a branch that is taken up again find what they had.
 *
 * @param {string} root
 * @param {Map<string, Buffer>} sources
 */
function keyOf(root, sources) {
  // the compiled program names files of the package by their absolute paths
  const hash = createHash("sha256").update(`${process.version}\n${root}\n`);
  for (const [path, content] of sources) hash.update(`${path}\n${content.length}\n`).update(content);
  return hash.digest("hex").slice(0, 32);
}

/**
 * @param {string} root
 * @param {Map<string, Buffer>} sources
 * @param {string} version folder to make
 */
async function addVersion(root, sources, version) {
  const draft = `${version}.${randomUUID()}`;
  mkdirSync(draft, { recursive: true });
  try {
    const { compile } = await import("./compile.mjs");
    for (const { path, contents } of await compile(root, sources, version)) {
      writeSynced(join(draft, relative(version, path)), contents);
    }
    renameSync(draft, version);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // another process that started at the same time was quicker
    if (!existsSync(version)) throw error;
  }
  removeOld(dirname(version));
}

/**
 * Synced before the folder gets its name: after a power cut an empty file would be a program that does nothing and ends well.
 *
 * @param {string} path
 * @param {Uint8Array} contents
 */
function writeSynced(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "w");
  try {
    writeFileSync(file, contents);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** @param {string} version */
function noteUse(version) {
  const now = new Date();
  try {
    utimesSync(version, now, now);
  } catch {
    // where it is read-only nothing is removed either
  }
}

/** @param {string} cache */
function removeOld(cache) {
  const versions = readdirSync(cache).map((name) => ({ path: join(cache, name), used: usedAt(join(cache, name)) }));
  versions.sort((a, b) => b.used - a.used);
  for (const { path, used } of versions.slice(KEPT_VERSIONS)) {
    if (Date.now() - used > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** @param {string} path */
function usedAt(path) {
  // another process may have removed it since
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
