/** A sixth of what a browser calls a long task: layout and paint of what was built follow, and take longer. */
const LONGEST_MS = 8;

/** Breaks work up, so that the page answers meanwhile. */
export class WorkSlice {
  #started = performance.now();

  /** Lets the browser do what waits once the slice has been long enough. */
  async pauseIfLong(): Promise<void> {
    if (performance.now() - this.#started < LONGEST_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#started = performance.now();
  }
}
