import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { compareUtf8 } from "#base/compare-utf8.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { ImageFile } from "#data/image-record.ts";

export interface ImageFolder {
  readonly path: string;
  readonly reference: boolean;
}

export interface ListingOptions {
  /** File names that are never images, such as what operating systems leave behind. */
  readonly ignore: readonly string[];
  /** Folders that are passed over: what the program writes itself. */
  readonly exclude: readonly string[];
  readonly onFile?: (count: number) => void;
}

export interface Listing {
  /** In the order of their ids as UTF-8 bytes, whatever the order of the folders. */
  readonly files: ImageFile[];
  /** Files passed over because of their name, and symbolic links to what is listed anyway. */
  readonly ignored: number;
  readonly folders: readonly ListedFolder[];
}

/** One of the folders that were given. */
interface ListedFolder {
  /** Absolute, links resolved. */
  readonly path: string;
  /** What the ids of its files begin with. */
  readonly prefix: string;
  readonly reference: boolean;
  /** How many it has. */
  readonly files: number;
}

/**
 * Lists every file under the folders, recursively. Symbolic links are followed where they lead out of the folders; a link
 * into them is passed over, as its target is listed already. What is no regular file is listed with a `problem`.
 *
 * @throws PipelineError `settings` when a folder is missing, lies in another, or shares its name with another
 */
export async function listImages(folders: readonly ImageFolder[], options: ListingOptions): Promise<Listing> {
  const roots = await checkedRoots(folders);
  const walk: Walk = { roots: roots.map(({ real }) => real), visited: new Set(), files: [], ignored: 0, options };
  const listed: ListedFolder[] = [];
  for (const { path, real, reference, prefix } of roots) {
    const before = walk.files.length;
    await walkFolder(walk, { path, prefix, reference, depth: 0, folderLabel: "" });
    listed.push({ path: real, prefix, reference, files: walk.files.length - before });
  }
  walk.files.sort((a, b) => compareUtf8(a.id, b.id));
  return { files: walk.files, ignored: walk.ignored, folders: listed };
}

interface Walk {
  readonly roots: readonly string[];
  /** Real paths of folders that were reached through links. */
  readonly visited: Set<string>;
  readonly files: ImageFile[];
  ignored: number;
  readonly options: ListingOptions;
}

async function checkedRoots(folders: readonly ImageFolder[]) {
  const roots = await Promise.all(
    folders.map(async ({ path, reference }) => {
      const real = await realFolder(path);
      return { path, reference, real, prefix: folders.length > 1 ? `${basename(resolve(path))}/` : "" };
    }),
  );
  for (const [i, a] of roots.entries()) {
    for (const b of roots.slice(i + 1)) {
      if (isWithin(a.real, b.real) || isWithin(b.real, a.real)) {
        throw new PipelineError(
          "settings",
          `Image folders must not lie in each other: found "${a.path}" and "${b.path}"`,
        );
      }
      if (a.prefix === b.prefix) {
        const advice = "their names stand in front of every object id: rename one";
        throw new PipelineError(
          "settings",
          `Found two image folders of one name, "${a.path}" and "${b.path}"; ${advice}`,
        );
      }
    }
  }
  return roots;
}

async function realFolder(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw new PipelineError("settings", `Cannot open the image folder "${path}": ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw new PipelineError("settings", `Expected an image folder, found a file: "${path}"`);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

interface Folder {
  readonly path: string;
  /** What stands in front of a file's name in its id. */
  readonly prefix: string;
  readonly reference: boolean;
  /** Folders between this one and its image folder. */
  readonly depth: number;
  readonly folderLabel: string;
}

async function walkFolder(walk: Walk, folder: Folder): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder.path, { withFileTypes: true });
  } catch (error) {
    const { path, prefix, reference, folderLabel } = folder;
    const problem = isMisread(path) ? MISREAD_NAME : messageOf(error);
    walk.files.push({ id: prefix.replace(/\/$/, ""), path, reference, folderLabel, problem, isFolder: true });
    return;
  }
  for (const entry of entries) {
    if (entry.isDirectory()) await walkSubFolder(walk, subFolder(folder, entry.name));
    else if (walk.options.ignore.includes(entry.name) || UNFINISHED.test(entry.name)) walk.ignored++;
    else if (entry.isSymbolicLink()) await followLink(walk, folder, entry.name);
    else addFile(walk, folder, entry.name, await problemOf(entry, folder));
  }
}

/** Files that this program is just putting together beside their place. */
const UNFINISHED = /^\.twinsift-.*\.part$/;

/** What stands for a byte that is not UTF-8 in a name: Node.js cannot open the file by such a name. */
const REPLACEMENT = "\ufffd";
const MISREAD_NAME = "its name is not UTF-8: rename it";

async function problemOf(entry: Dirent, { path }: Folder): Promise<string | undefined> {
  if (!entry.isFile()) return "not a regular file";
  // the character may also be what the name says
  if (!isMisread(entry.name)) return undefined;
  return stat(join(path, entry.name)).then(
    () => undefined,
    () => MISREAD_NAME,
  );
}

function isMisread(name: string): boolean {
  return name.includes(REPLACEMENT);
}

async function walkSubFolder(walk: Walk, folder: Folder): Promise<void> {
  if (!walk.options.exclude.includes(resolve(folder.path))) await walkFolder(walk, folder);
}

function subFolder(folder: Folder, name: string): Folder {
  return {
    path: join(folder.path, name),
    prefix: `${folder.prefix}${name}/`,
    reference: folder.reference,
    depth: folder.depth + 1,
    folderLabel: folder.reference && folder.depth === 0 ? name : folder.folderLabel,
  };
}

async function followLink(walk: Walk, folder: Folder, name: string): Promise<void> {
  try {
    const real = await realpath(join(folder.path, name));
    const target = await stat(real);
    if (walk.roots.some((root) => isWithin(real, root)) || walk.visited.has(real)) {
      walk.ignored++;
    } else if (target.isDirectory()) {
      walk.visited.add(real);
      await walkFolder(walk, subFolder(folder, name));
    } else {
      addFile(walk, folder, name, target.isFile() ? undefined : "not a regular file");
    }
  } catch (error) {
    addFile(walk, folder, name, messageOf(error));
  }
}

function addFile(walk: Walk, folder: Folder, name: string, problem: string | undefined): void {
  const { reference, folderLabel } = folder;
  const file = { id: folder.prefix + name, path: join(folder.path, name), reference, folderLabel };
  walk.files.push(problem === undefined ? file : { ...file, problem });
  walk.options.onFile?.(walk.files.length);
}
