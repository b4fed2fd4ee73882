// --import of a process whose wall clock is CLOCK_SHIFT_MS ahead of others'.
const shift = Number(process.env.CLOCK_SHIFT_MS ?? 0);

globalThis.Date = new Proxy(Date, {
  /** @param {[]} given */
  construct: (RealDate, given) => (given.length === 0 ? new RealDate(RealDate.now() + shift) : new RealDate(...given)),
  get: (RealDate, key) => (key === "now" ? () => RealDate.now() + shift : Reflect.get(RealDate, key)),
});
