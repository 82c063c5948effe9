/** Content ids as Lotus writes them in JSON. */
export type { Cid as CidJson } from "../../lib/index.ts";
export { cidOf } from "../../lib/index.ts";
