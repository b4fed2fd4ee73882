import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { allDamages, damageScene, damageTrial } from "./damage-trials.ts";
import { drawSet } from "./picture-set.ts";

test("a damaged file of the index is noticed, named, set aside and made again, whatever it holds", async () => {
  const scene = await damageScene(await drawSet(await temporaryFolder(), { count: 40, shardRows: 10 }));
  const damages = allDamages(scene);
  const kinds = [...scene.files.keys()];
  // each kind of file in another way
  const planned = kinds.flatMap((kind, i) => {
    const ofKind = damages.filter((damage) => damage.kind === kind);
    return ofKind.slice(i % 4, (i % 4) + 1);
  });
  expect(planned.map(({ kind }) => kind)).toEqual(kinds);
  for (const one of planned) expect(await damageTrial(scene, [one])).toMatchObject({ problems: [] });
  expect(await damageTrial(scene, planned)).toMatchObject({ problems: [] });
});
