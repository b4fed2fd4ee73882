// Imported before a worker: on SIGUSR2 its event loop stands still for a minute, as if native code had taken it.
const BLOCKED_MS = 60_000;

process.on("SIGUSR2", () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
});
