// The first module of a child process (see child-process.ts): loads the module that was asked for. Node 20 runs no .ts file: tsx is
// registered for one, and not even loaded for what was compiled.
import { writeFileSync } from "node:fs";

// a key press and a service manager signal the whole group of processes: the parent decides what is to end
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
// the parent is gone, whatever ended it. process.exit() would wait for native code that is under way in other threads
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
if (!process.connected) process.exit();
try {
  // where the machine has no memory left, this process goes before its parent (Linux)
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {}

const module = process.argv[2];
if (module.endsWith(".ts")) (await import("tsx/esm/api")).register();
else process.setSourceMapsEnabled(true);
await import(module);
