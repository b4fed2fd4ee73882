import { messageOf, PipelineError } from "#base/pipeline-error.ts";

const EXIT_FAILED = 1;
const EXIT_OF_KIND = { settings: 2, locked: 3, input: EXIT_FAILED, artifact: EXIT_FAILED };

/** 2 for wrong flags or settings, 3 where another run holds the output folder, 1 for everything else. */
export function exitCodeOf(error: unknown): number {
  return error instanceof PipelineError ? EXIT_OF_KIND[error.kind] : EXIT_FAILED;
}

/** What went wrong, in a line. */
export function describeError(error: unknown): string {
  const message = messageOf(error);
  // what the file system says is the machine's state, and no bug
  const isExpected =
    error instanceof PipelineError || /^E[A-Z0-9]+$/.test((error as NodeJS.ErrnoException)?.code ?? "");
  return isExpected ? message : `this is a bug of twinsift: ${message}`;
}

/** Time that threads and files have to come to their end by themselves. */
const ENDS_WITHIN_MS = 10_000;

/** Ends the process with what a command returns; its last line on stderr says why it failed. */
export function endProcess(command: Promise<number>): void {
  // a thread that is stuck must not hold a process that has nothing left to say
  const endSoon = () => setTimeout(() => process.exit(), ENDS_WITHIN_MS).unref();
  command.finally(endSoon).then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error) => {
      const described = describeError(error);
      if (described !== messageOf(error)) process.stderr.write(`${error?.stack ?? error}\n`);
      process.stderr.write(`twinsift: ${described}\n`);
      process.exitCode = exitCodeOf(error);
    },
  );
}
