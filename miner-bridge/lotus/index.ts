/** Lotus nodes, several as one: who answers, who agrees, what they serve. */
export { checkNetwork } from "./checkNetwork.ts";
export type { ExpectedNetwork } from "./checkNetwork.ts";
export type { Endpoint, EndpointAddress, EndpointHealth } from "./Endpoint.ts";
export { EndpointPool } from "./EndpointPool.ts";
export type { EndpointPoolOptions } from "./EndpointPool.ts";
export { EndpointsDisagreeError, WrongNetworkError } from "./errors.ts";
export type { Testimony } from "./errors.ts";
export { pinTipset } from "./pinTipset.ts";
export { probeMethods } from "./probeMethods.ts";
export { limitTo } from "./limitTo.ts";
export type { Limit } from "./limitTo.ts";
export type { StreamEnd } from "./openStream.ts";
