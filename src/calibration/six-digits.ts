/** A share or count as results tell it: more digits would say more than was measured. */
export function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}
