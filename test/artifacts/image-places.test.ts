import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ImagePlaces, replacePlaces } from "#artifacts/image-places.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const FOLDERS = [
  { path: "/a/photos", prefix: "photos/", reference: false },
  { path: "/b/scraped", prefix: "scraped/", reference: false },
  { path: "/c/labeled", prefix: "labeled/", reference: true },
];

test("an id is found in the folder of its prefix, and nowhere where its path would leave it", async () => {
  const root = await temporaryFolder();
  for (const name of ["photos", "photos-2"]) await mkdir(join(root, name));
  const names = ["photos", "photos-2"];
  const places = await ImagePlaces.open(
    names.map((name) => ({ path: join(root, name), prefix: `${name}/`, reference: false })),
  );
  expect(places.find("photos-2/a/b.jpg")?.path).toBe(join(root, "photos-2/a/b.jpg"));
  expect(places.find("photos/\u2028 =cmd().jpg")?.path).toBe(join(root, "photos/\u2028 =cmd().jpg"));
  for (const id of [
    "other/a.jpg",
    "photos",
    "photos/",
    "photos/../x",
    "photos/./x",
    "photos//x",
    "photos/a\0b",
    "/etc/passwd",
  ])
    expect(places.find(id), id).toBeUndefined();
  const only = await ImagePlaces.open([{ path: root, prefix: "", reference: false }]);
  expect(only.find("photos/...jpg")?.path).toBe(join(root, "photos/...jpg"));
  for (const id of ["", "..", "/x", "a/../../x"]) expect(only.find(id), id).toBeUndefined();
});

test("other places stand for the folders of their names, or for all in their order", () => {
  const paths = (places: string[]) => replacePlaces(FOLDERS, places, "--images").map(({ path }) => path);
  expect(paths([])).toEqual(["/a/photos", "/b/scraped", "/c/labeled"]);
  expect(paths(["/x/scraped"])).toEqual(["/a/photos", "/x/scraped", "/c/labeled"]);
  expect(paths(["/x/scraped", "/y/photos"])).toEqual(["/y/photos", "/x/scraped", "/c/labeled"]);
  expect(paths(["/one", "/two"])).toEqual(["/one", "/two", "/c/labeled"]);
  expect(replacePlaces(FOLDERS, ["/moved"], "--reference")[2]).toEqual({ ...FOLDERS[2], path: "/moved" });
  for (const unclear of [["/one"], ["/x/photos", "/y/photos", "/z"], ["/x/labeled"]])
    expect(() => paths(unclear), unclear.join(" ")).toThrow(
      /Expected places of the folders .*"\/a\/photos", "\/b\/scraped"/,
    );
});
