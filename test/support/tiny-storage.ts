import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";

/** A folder as a storage, with nothing that a test of the queue does not need. */
export function tinyStorage(root: string): FleetStorage {
  const pathOf = (key: string) => join(root, key);
  return {
    name: root,
    has: async (key) => existsSync(pathOf(key)),
    read: async (key) => (existsSync(pathOf(key)) ? readFile(pathOf(key)) : undefined),
    write: async (key, bytes) => {
      if (existsSync(pathOf(key))) return;
      await mkdir(dirname(pathOf(key)), { recursive: true });
      const draft = `${pathOf(key)}.${randomUUID()}`;
      await writeFile(draft, bytes);
      await rename(draft, pathOf(key));
    },
    share: async (path) => relative(root, path),
    shareTogether: async (files) => files.map(({ path }) => relative(root, path)),
    unshare: async () => undefined,
    fetch: async (reference) => ({ path: pathOf(reference), release: () => undefined }),
    list: async function* (prefix) {
      for (const key of await readdir(root, { recursive: true })) if (key.startsWith(prefix)) yield key;
    },
    remove: async (keys) => {
      for (const key of keys) await rm(pathOf(key), { force: true });
    },
    close: async () => undefined,
  };
}
