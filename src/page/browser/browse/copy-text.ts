import { element } from "../elements.ts";

/** Puts a text into the clipboard. Browsers have a way of their own only for pages of this machine or over HTTPS. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** The older way: what is selected is copied. */
function copySelected(text: string): boolean {
  const field = element("textarea", { readonly: true, class: "unseen" }, text);
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
