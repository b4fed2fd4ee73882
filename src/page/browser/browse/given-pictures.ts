import { byId } from "../elements.ts";

/** After the latest sign of a file above the page. */
const GONE_MS = 200;

/** Takes a picture that is dropped anywhere, pasted, or chosen by the button. */
export function listenToPictures(take: (picture: File) => void): void {
  const field = byId("picture-field", HTMLInputElement);
  field.addEventListener("change", () => {
    const picture = field.files?.[0];
    if (picture) take(picture);
    // the same file may be chosen again
    field.value = "";
  });
  addEventListener("paste", (event) => {
    const picture = event.clipboardData?.files[0];
    if (!picture) return;
    event.preventDefault();
    take(picture);
  });
  listenToDrops(take);
}

function listenToDrops(take: (picture: File) => void): void {
  const overlay = byId("drop-overlay", HTMLElement);
  let leaving: ReturnType<typeof setTimeout> | undefined;
  // a picture of the page itself counts as a file too
  let isOurs = false;
  addEventListener("dragstart", () => {
    isOurs = true;
  });
  addEventListener("dragend", () => {
    isOurs = false;
  });
  addEventListener("dragover", (event) => {
    if (isOurs || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    overlay.hidden = false;
    clearTimeout(leaving);
    leaving = setTimeout(() => {
      overlay.hidden = true;
    }, GONE_MS);
  });
  addEventListener("drop", (event) => {
    if (isOurs || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    overlay.hidden = true;
    const picture = event.dataTransfer.files[0];
    if (picture) take(picture);
  });
}
