import { Database } from "../../../miner-bridge/state/index.ts";

/**
 * Calls `point` wherever a bridge may end: before and after each write, and each send. What is inside a transaction is
 * written with it.
 *
 * @returns what takes it away again.
 */
export function watchPoints(point: () => void): () => void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called below with the database that they belong to
  const { run, transaction } = Database.prototype;
  const usualFetch = globalThis.fetch;
  let inside = false;
  Database.prototype.run = function (this: Database, ...values) {
    if (inside) return run.apply(this, values);
    point();
    const result = run.apply(this, values);
    point();
    return result;
  };
  Database.prototype.transaction = function <T>(this: Database, body: () => T): T {
    point();
    inside = true;
    try {
      const result = transaction.call(this, body) as T;
      inside = false;
      point();
      return result;
    } finally {
      inside = false;
    }
  };
  globalThis.fetch = async (input, init) => {
    const sends = typeof init?.body === "string" && init.body.includes("eth_sendRawTransaction");
    if (sends) point();
    const response = await usualFetch(input, init);
    if (sends) point();
    return response;
  };
  return () => {
    Object.assign(Database.prototype, { run, transaction });
    globalThis.fetch = usualFetch;
  };
}
