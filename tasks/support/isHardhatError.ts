/** Whether an error comes from Hardhat itself: a missing configuration variable, an unknown account, a dead node. */
export function isHardhatError(error: unknown): error is Error {
  return error instanceof Error && error.name === "HardhatError";
}
