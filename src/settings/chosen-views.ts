import type { ModelPreset } from "#data/model-preset.ts";
import type { View } from "#data/view.ts";
import type { Settings } from "#settings/settings.ts";

/** The views that images get: the settings' own list, none, or what the preset finds worth its time. */
export function chosenViews({ views }: Pick<Settings, "views">, preset: ModelPreset): readonly View[] {
  if (views === "default") return preset.views;
  return views === "none" ? [] : views;
}
