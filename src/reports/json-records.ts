const RECORDS_PER_CHUNK = 1000;

/**
 * Writes a JSON document whose last field is an array with one record a line, so that large files can be read line by line
 * and compared by diff.
 *
 * @param head the fields before the array, `schema` first
 */
export function* jsonRecords(
  head: Record<string, unknown>,
  field: string,
  records: Iterable<unknown>,
): Generator<string> {
  const fields = Object.entries(head).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
  yield `{\n${fields.join("")}${JSON.stringify(field)}: [`;
  let chunk = "";
  let count = 0;
  for (const record of records) {
    chunk += `${count === 0 ? "" : ","}\n${JSON.stringify(record)}`;
    if (++count % RECORDS_PER_CHUNK === 0) {
      yield chunk;
      chunk = "";
    }
  }
  yield `${chunk}\n]\n}\n`;
}
