import fc from "fast-check";
import { expect, test } from "vitest";
import { type BrowseRoute, browseHash, browseRouteOf } from "#page/browser/browse/browse-route.ts";
import { encodedId, imageAddress } from "#page/browser/browse/image-address.ts";
import { routeOf } from "#page/browser/route.ts";
import { MARKUP_NAMES } from "../support/review-content.ts";

const IDS = [
  ...MARKUP_NAMES,
  "a/b c.jpg",
  "100%.jpg",
  "what?n=12&x#y.png",
  "日本/😀 .jpg",
  "../up.jpg",
  "a//b.jpg",
  "/root.jpg",
  "a\\b.jpg",
  "0007",
  "1e5",
];

test("whatever an id holds, its address names it, and no other view", () => {
  for (const objectId of IDS) {
    const route: BrowseRoute = { view: "image", objectId, count: 24, referenceOnly: true };
    expect(browseRouteOf(browseHash(route))).toEqual(route);
    expect(routeOf(browseHash(route))).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (objectId) => {
      const route: BrowseRoute = { view: "image", objectId, count: undefined, referenceOnly: false };
      expect(browseRouteOf(browseHash(route))).toEqual(route);
    }),
  );
});

test("a browser leaves an image's address below the page's own, whatever the id holds", () => {
  for (const objectId of IDS) {
    const { pathname, search, hash } = new URL(imageAddress(objectId, 160), "http://host/under/");
    expect(pathname.startsWith("/under/images/")).toBe(true);
    expect(decodeURIComponent(pathname.slice("/under/images/".length))).toBe(objectId);
    expect([search, hash]).toEqual(["?width=160", ""]);
  }
  expect(imageAddress("a/b c.jpg")).toBe("images/a/b%20c.jpg");
  expect(encodedId("half \ud800")).toBe("half%20%EF%BF%BD");
});

test("pages of the grid and pictures of a person have addresses too; what is not known has none", () => {
  const routes: BrowseRoute[] = [
    { view: "grid", page: 0, query: "" },
    { view: "grid", page: 41, query: "a&b=c d%/é#" },
    { view: "picture", number: 3, count: 12, referenceOnly: false },
  ];
  for (const route of routes) expect(browseRouteOf(browseHash(route))).toEqual(route);
  for (const hash of ["", "#main", "#groups", "#similar", "#similar/", "#similar/%", "#picture/x", "#constructor"]) {
    expect(browseRouteOf(hash)).toBeUndefined();
  }
  expect(browseRouteOf("#similar/a?n=5&references=yes")).toEqual({
    view: "image",
    objectId: "a",
    count: undefined,
    referenceOnly: false,
  });
  expect(browseRouteOf("#browse/0")).toEqual({ view: "grid", page: 0, query: "" });
});
