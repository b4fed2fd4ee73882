import { dirname, join } from "node:path";
import type { RemovalPlan } from "./removal-plan.ts";

/** Where a file is put together before it stands in the quarantine, on the same device. */
export function besideQuarantine({ name, quarantine }: RemovalPlan, file: number): string {
  return join(dirname(quarantine ?? ""), `${name}-${file}.part`);
}

/** Where a file is put together beside the place that it is for; short, as the file's own name may have all the bytes that are allowed. */
export function besideImage({ name }: RemovalPlan, file: number, path: string): string {
  return join(dirname(path), `.twinsift-${name}-${file}.part`);
}
