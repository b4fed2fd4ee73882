const RECORDS_PER_CHUNK = 1000;

/**
 * Writes a JSON document whose last field is an array with one record a line, so that large files can be read line by line
 * and compared by diff.
 *
 * @param head the fields before the array, `schema` first; without those that are undefined
 */
export function* jsonRecords(
  head: Record<string, unknown>,
  field: string,
  records: Iterable<unknown>,
): Generator<string> {
  const known = Object.entries(head).filter(([, value]) => value !== undefined);
  const fields = known.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
  yield `{\n${fields.join("")}${JSON.stringify(field)}: `;
  yield* jsonArray(jsonTexts(records));
  yield "\n}\n";
}

/** Writes a JSON array with one element a line. */
export function* jsonArray(texts: Iterable<string>): Generator<string> {
  let chunk = "[";
  let count = 0;
  for (const text of texts) {
    chunk += `${count === 0 ? "" : ","}\n${text}`;
    if (++count % RECORDS_PER_CHUNK > 0) continue;
    yield chunk;
    chunk = "";
  }
  yield `${chunk}\n]`;
}

export function* jsonTexts(records: Iterable<unknown>): Generator<string> {
  for (const record of records) yield JSON.stringify(record);
}
