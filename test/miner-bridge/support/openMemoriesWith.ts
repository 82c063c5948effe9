import Sqlite from "better-sqlite3";

/**
 * From now on every file of SQLite is opened with a pragma that takes something from it.
 *
 * @returns what takes that away again.
 */
export function openMemoriesWith(limit: string): () => void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called below with the database that it belongs to
  const { pragma } = Sqlite.prototype;
  Sqlite.prototype.pragma = function (this: Sqlite.Database, source, options) {
    const answer = pragma.call(this, source, options);
    if (source.startsWith("synchronous")) pragma.call(this, limit);
    return answer;
  };
  return () => void Object.assign(Sqlite.prototype, { pragma });
}
