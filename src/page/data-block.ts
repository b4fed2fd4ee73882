/**
 * An element that holds data for the page's script. Whatever the data says, it cannot end the element or begin another: there is no `<` in
 * it, and what else HTML would change (CR, NUL, lone surrogates) JSON escapes.
 *
 * @param id one of `blockIds`
 */
export function dataBlock(id: string, value: unknown): string {
  const json = JSON.stringify(value).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="${id}">${json}</script>\n`;
}
