import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, stop } from "esbuild";

/** What a process can start from besides the modules of threads and child processes; and the flow itself, for who runs it in its own. */
const COMMANDS = /^(pipeline\/main|pipeline\/pipeline|src\/commands\/.*)\.ts$/;
/** How a module names one that another thread or process starts from. */
const STARTED_MODULE = /new URL\(\s*"(\.[^"]+)\.ts",\s*import\.meta\.url,?\s*\)/g;

/**
 * The program as JavaScript: a file for each entry, and files of what they share. Few files load in a third of the time of one for each
 * source. Packages stay as they are. `import.meta.url` stays that of the source, so that everything beside the sources is where it was.
 *
 * @param {string} root folder of the package
 * @param {Map<string, Buffer>} sources by absolute path
 * @param {string} folder where the files will lie
 * @returns {Promise<{ path: string, contents: Uint8Array }[]>}
 * @throws an error of esbuild when a source does not compile
 */
export async function compile(root, sources, folder) {
  /** @type {import("esbuild").Plugin} */
  const readSources = {
    name: "sources",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const source = sources.get(path);
        // the compiled program would not change with it
        if (!source) throw new Error(`"${path}" is none of the sources`);
        const contents = withUrls(String(source), path, (file) => compiledFile(root, file, folder));
        return { loader: "ts", contents };
      });
    },
  };
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entriesOf(root, sources),
    outbase: root,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: `node${process.versions.node}`,
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    write: false,
    logLevel: "silent",
    plugins: [readSources],
  });
  // ends esbuild's own process
  await stop();
  return outputFiles;
}

/**
 * @param {string} root
 * @param {Map<string, Buffer>} sources
 */
function entriesOf(root, sources) {
  const entries = new Set(
    [...sources.keys()].filter((path) => COMMANDS.test(relative(root, path).replaceAll("\\", "/"))),
  );
  for (const [path, content] of sources) {
    if (!path.endsWith(".ts")) continue;
    for (const [, name] of String(content).matchAll(STARTED_MODULE)) entries.add(resolve(dirname(path), `${name}.ts`));
  }
  return [...entries];
}

/**
 * @param {string} source
 * @param {string} path
 * @param {(file: string) => string} compiled
 */
function withUrls(source, path, compiled) {
  const url = (/** @type {string} */ file) => JSON.stringify(pathToFileURL(file).href);
  return source
    .replace(STARTED_MODULE, (_, name) => `new URL(${url(compiled(resolve(dirname(path), `${name}.ts`)))})`)
    .replaceAll("import.meta.url", url(path));
}

/**
 * @param {string} root
 * @param {string} file
 * @param {string} folder
 */
function compiledFile(root, file, folder) {
  return join(folder, relative(root, file).replace(/\.ts$/, ".mjs"));
}
