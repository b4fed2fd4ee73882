import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";

/** Writes a file that has to be exactly this: what lies there already is read, and replaced where it is damaged. */
export async function writeExactly(storage: FleetStorage, key: string, bytes: Uint8Array): Promise<void> {
  await storage.write(key, bytes);
  const found = await storage.read(key);
  if (found && Buffer.compare(found, bytes) === 0) return;
  await storage.remove([key]);
  await storage.write(key, bytes);
}
