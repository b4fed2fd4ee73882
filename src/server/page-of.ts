import type { ServedPage } from "#server/server-options.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";

/** The page for the index as it is now. */
export function pageOf(similar: SimilarImages): ServedPage {
  const { generation, images } = similar.facts;
  return {
    version: generation,
    html: async function* () {
      yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>twinsift</title>';
      yield `<body><h1>twinsift</h1><p>${images} images. GET /openapi.json tells what can be asked.</p></body></html>`;
    },
  };
}
