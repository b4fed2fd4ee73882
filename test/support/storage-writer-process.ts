// Writes results of a few megabytes into a storage until it is killed; says a line once it has begun.

import { packArrays } from "#fleet/packed-arrays.ts";
import { openStorage } from "#fleet/storage/open-storage.ts";

const [address, space, name, folder] = process.argv.slice(2);
const cache = { folder, maxBytes: 0 };
const storage = await openStorage(JSON.parse(address), { space, cache, isJoined: false });
const values = new Float32Array(1 << 19);
for (let number = 0; ; number++) {
  const key = `${space}results/${name}-${number}`;
  const writing = storage.write(key, packArrays({ key }, { values: values.fill(number) }));
  if (number === 0) process.stdout.write("begun\n");
  await writing;
}
