/** Secrets come from files or from these variables, never from a flag or from the file of settings. */
export const SECRETS = {
  /** The private key itself. */
  key: "MINER_BRIDGE_KEY",
  /** The password of the keystore. */
  keystorePassword: "MINER_BRIDGE_KEYSTORE_PASSWORD",
  /** The bearer token of the node. */
  rpcToken: "MINER_BRIDGE_RPC_TOKEN",
} as const;

export const SECRET_DESCRIPTIONS: Readonly<Record<keyof typeof SECRETS, string>> = {
  key: "The private key itself, instead of `keyFile`",
  keystorePassword: "The password of the keystore, instead of `keystorePasswordFile`",
  rpcToken: "The bearer token, instead of `rpcTokenFile`",
};
