import { expect, test } from "vitest";
import { quotedName } from "#terminal/quoted-name.ts";

test("a name of any kind stays in one line of visible characters, and reads back", () => {
  const names = [
    "=cmd()",
    "new\nline\r",
    "\u001b[2J",
    "\u009b2J\u007f",
    "a\u2028b\u2029c",
    "gnp.\u202eexe",
    "\ufeff",
    'quo"te\\',
    "名前 🐟",
  ];
  for (const name of names) {
    expect(quotedName(name)).not.toMatch(/[\p{Cc}\u2028\u2029\u202e\ufeff]/u);
    expect(JSON.parse(quotedName(name))).toBe(name);
  }
  expect(quotedName("名前 🐟")).toBe('"名前 🐟"');
});
