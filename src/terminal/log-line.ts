/** One event as a line of JSON, for programs that read logs. */
export function writeLogLine(stream: NodeJS.WritableStream, event: Record<string, unknown>): void {
  stream.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
}
