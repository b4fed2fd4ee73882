import { onTestFinished } from "vitest";
import { type Serving, type ServingOptions, startServing } from "./start-serving.ts";

/** See `startServing`; it is ended with the test. */
export function serving(folder: string, flags: readonly string[], options: ServingOptions = {}): Serving {
  const started = startServing(folder, flags, options);
  onTestFinished(() => {
    started.child.kill("SIGKILL");
  });
  return started;
}
