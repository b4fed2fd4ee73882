import { build } from "esbuild";

/** What report.html and the server's page are made of, by file name: script and style, each one file, the same for the same sources. */
export async function reviewPageBundles(): Promise<Record<string, string>> {
  return {
    "review-page.js": await bundle("src/page/browser/main.ts"),
    "review-page.css": await bundle("src/page/style/main.css"),
    "served-page.js": await bundle("src/page/browser/served.ts"),
    "served-page.css": await bundle("src/page/style/served.css"),
  };
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    // older browsers would get another form of light-dark(), three times as long
    target: ["es2022", "chrome123", "firefox121", "safari17.5"],
    // characters beyond ASCII stay escaped, whatever reads the file
    charset: "ascii",
    legalComments: "none",
    write: false,
  });
  return outputFiles[0].text;
}
