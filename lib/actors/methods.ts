/** Methods of the miner actor by their native numbers, for messages from accounts and multisigs. */
export const MinerMethod = { WithdrawBalance: 16, ChangeOwnerAddress: 23, ChangeBeneficiary: 30 } as const;

/** Methods of the miner actor by their exported (FRC-0042) numbers, which contracts can call too. */
export const ExportedMinerMethod = {
  ChangeBeneficiary: 1_570_634_796,
  GetBeneficiary: 4_158_972_569,
  WithdrawBalance: 2_280_458_852,
  GetOwner: 3_275_365_574,
  GetAvailableBalance: 4_026_106_874,
  GetVestingFunds: 1_726_876_304,
  MaxTerminationFee: 4_127_382_196,
} as const;

/** Runs a contract: the parameters are the calldata, wrapped as a CBOR byte string. */
export const INVOKE_EVM = 3_844_450_837;

/** A plain transfer: no code of the receiver runs. */
export const SEND = 0;
