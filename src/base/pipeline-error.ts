/**
 * Who must act: `settings` = a flag, config key or label line is wrong (exit code 2); `input` = images, features or a model
 * do not fit; `artifact` = a file under output/ cannot be read or written; `locked` = another run holds the output folder (exit code 3).
 */
export type ErrorKind = "settings" | "input" | "artifact" | "locked";

/**
 * An expected failure: its message says what was found, what was expected, in which file, and what to do. Everything else
 * that is thrown is a bug of ours and keeps its stack.
 */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The message of anything thrown, in one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, "; ").trim();
}
