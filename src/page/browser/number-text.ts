const thousands = new Intl.NumberFormat("en");
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `12,345`. */
export function countText(count: number): string {
  return thousands.format(count);
}

/** `1 group`, `2 groups`. */
export function numberOf(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `0 B`, `8.9 kB`, `120 MB`: decimal units, two digits at least. */
export function bytesText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

/** A distance to three places; one that is not 0 never looks so. */
export function distanceText(distance: number): string {
  if (distance > 0 && distance < 0.0005) return "< 0.001";
  return distance === 0 ? "0" : distance.toFixed(3);
}
