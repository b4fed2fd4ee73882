import { PipelineError } from "#base/pipeline-error.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";
import type { OpenOptions } from "./run-server.ts";

/** Opens the index that the settings name: the one of the latest run, or features of their own. */
export function openIndex({ settings }: OpenOptions): Promise<SimilarImages> {
  // to be: openSimilarImages({ settings, features: settings.features, metric, addTo: settings.serve.addTo, progress })
  return Promise.reject(new PipelineError("input", `Found no index that can be served in "${settings.output}" yet`));
}
