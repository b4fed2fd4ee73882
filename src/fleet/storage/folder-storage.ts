import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { type FileHandle, link, open, opendir, readFile, realpath, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import pLimit from "p-limit";
import { makeFolder } from "#artifacts/make-folder.ts";
import { syncFolder } from "#artifacts/whole-file.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import { diskFault } from "#fleet/storage/disk-fault.ts";
import type { FetchedFile, FleetStorage, KnownFile } from "#fleet/storage/fleet-storage.ts";
import { keyParts, referenceParts, UNFINISHED } from "#fleet/storage/storage-key.ts";

const REMOVED_AT_ONCE = 16;
/** What a writer that was killed has left is older than this; what is written now is younger, also where clocks differ by hours. */
const LEFT_MILLISECONDS = 24 * 3600 * 1000;

/** A folder that all machines have mounted, each perhaps at another place. Keys and references are paths below it. */
export class FolderStorage implements FleetStorage {
  readonly name: string;
  readonly #root: string;
  readonly #anchor: string | undefined;
  readonly #swept = new Set<string>();

  /**
   * @param root absolute
   * @param anchor key of a file without which no folder is made: where another machine has put it and it is gone, the folder is no longer
   *   mounted, and what is written would stay on this machine
   */
  constructor(root: string, anchor?: string) {
    this.#root = resolve(root);
    this.#anchor = anchor;
    this.name = `the folder "${this.#root}"`;
  }

  async has(key: string): Promise<boolean> {
    const path = this.#pathOf(key);
    try {
      return await isFile(path);
    } catch (error) {
      throw diskFault(`Cannot look for "${path}"`, error);
    }
  }

  /** @throws WorkerUnfit where this machine cannot read */
  async read(key: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(key);
    try {
      return await readFile(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw diskFault(`Cannot read "${path}"`, error);
    }
  }

  /** @throws WorkerUnfit where this machine cannot write; nothing of the file is left then */
  async write(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(key);
    try {
      if (await isFile(path)) return;
      await this.#place(path, bytes);
    } catch (error) {
      throw diskFault(`Cannot write "${path}"`, error);
    }
  }

  /** @throws PipelineError `settings` where the file is not below the folder */
  async share(path: string, key: string): Promise<string> {
    keyParts(key);
    const below = relativePath(this.#root, path) ?? relativePath(await realPath(this.#root), await realPath(path));
    if (below === undefined) {
      const advice = "put it there, or name a folder with --storage that holds it and the output, on every machine";
      throw new PipelineError(
        "settings",
        `"${path}" is not in the shared folder "${this.#root}", so that other machines cannot read it: ${advice}`,
      );
    }
    return below.split(sep).join("/");
  }

  shareTogether(files: readonly KnownFile[], key: string): Promise<readonly string[]> {
    return Promise.all(files.map(({ path }) => this.share(path, key)));
  }

  async unshare(): Promise<void> {}

  /** Only says where the file is: whether it is there shows when it is opened. */
  async fetch(reference: string): Promise<FetchedFile> {
    return { path: join(this.#root, ...referenceParts(reference)), release: () => undefined };
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const parts = folder === "" ? [] : keyParts(folder.slice(0, -1));
    yield* this.#keysIn(join(this.#root, ...parts), folder, prefix);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => this.#pathOf(key));
    const limit = pLimit(REMOVED_AT_ONCE);
    await Promise.all(paths.map((path) => limit(() => removeFile(path))));
    for (const folder of new Set(paths.map(dirname))) await this.#sweep(folder);
  }

  async close(): Promise<void> {}

  #pathOf(key: string): string {
    return join(this.#root, ...keyParts(key));
  }

  /** Under a name of its own first, so that of many who write one key each has a whole file, and readers see none that is not. */
  async #place(path: string, bytes: Uint8Array): Promise<void> {
    const unfinished = join(dirname(path), UNFINISHED + randomUUID());
    try {
      const file = await this.#create(unfinished);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await takeName(unfinished, path);
    } finally {
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
    await syncFolder(dirname(path));
  }

  async #create(path: string): Promise<FileHandle> {
    try {
      return await open(path, "wx");
    } catch (error) {
      if (!isMissing(error)) throw error;
      const isMounted = this.#anchor === undefined ? isThere(this.#root) : this.has(this.#anchor);
      if (!(await isMounted)) throw new WorkerUnfit(`${this.name} of the run is not mounted here any more: mount it`);
      await makeFolder(dirname(path));
      return await open(path, "wx");
    }
  }

  async *#keysIn(folder: string, key: string, prefix: string): AsyncGenerator<string> {
    const folders: string[] = [];
    try {
      for await (const entry of await opendir(folder)) {
        const inner = key + entry.name;
        if (entry.isDirectory()) folders.push(entry.name);
        else if (isKey(entry) && inner.startsWith(prefix)) yield inner;
      }
    } catch (error) {
      if (!isMissing(error)) throw diskFault(`Cannot list "${folder}"`, error);
    }
    for (const name of folders) {
      const within = `${key}${name}/`;
      if (within.startsWith(prefix) || prefix.startsWith(within))
        yield* this.#keysIn(join(folder, name), within, prefix);
    }
  }

  /** Removes what killed writers have left, once a folder: it may hold a million files. */
  async #sweep(folder: string): Promise<void> {
    if (this.#swept.has(folder)) return;
    this.#swept.add(folder);
    try {
      for await (const { name } of await opendir(folder)) {
        const path = join(folder, name);
        if (name.startsWith(UNFINISHED) && Date.now() - (await stat(path)).mtimeMs > LEFT_MILLISECONDS) await rm(path);
      }
    } catch {
      // room that is lost keeps nobody from anything
    }
  }
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error) => {
    if (!isMissing(error)) throw diskFault(`Cannot remove "${path}"`, error);
  });
}

function isKey(entry: Dirent): boolean {
  return entry.isFile() && !entry.name.startsWith(UNFINISHED);
}

/** The one who comes first stays: a network folder takes a file that is replaced away from those who read it. */
async function takeName(unfinished: string, path: string): Promise<void> {
  try {
    await link(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await rename(unfinished, path);
    else if (!(await isFile(path))) throw error;
  }
}

/** Relative to `root`; undefined where `path` is not below it. */
function relativePath(root: string, path: string): string | undefined {
  const found = relative(root, path);
  return found === "" || found === ".." || found.startsWith(`..${sep}`) || isAbsolute(found) ? undefined : found;
}

/** Behind all links; the path itself where it is not there. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
