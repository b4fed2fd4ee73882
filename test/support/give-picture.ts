import type { Page } from "playwright-core";

/** Does with a file what the browser does when a person drops or pastes it. */
export async function givePicture(
  page: Page,
  how: "drop" | "paste",
  content: Buffer,
  name = "mine.png",
): Promise<void> {
  const file = { base64: content.toString("base64"), name, how };
  await page.evaluate(`(${giveIn})(${JSON.stringify(file)})`);
}

const giveIn = `({ base64, name, how }) => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  transfer.items.add(new File([bytes], name, { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  if (how === "paste") document.body.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
  else for (const kind of ["dragover", "drop"]) {
    document.querySelector("main").dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: transfer }));
  }
}`;
