/**
 * Closes one thing after the other, also where closing an earlier one fails: what stays open would keep the process from ending.
 *
 * @throws the first error, once all were tried
 */
export async function closeAll(...closers: readonly (() => Promise<unknown> | undefined)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closers) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
