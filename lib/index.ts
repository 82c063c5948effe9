/** What tasks, bridge and web share. Everything here runs in Node and in a browser. */
export { changeBeneficiaryParams, invokeEvmParams, invokeEvmReturn, withdrawBalanceParams } from "./actors/params.ts";
export type { BeneficiaryTerms } from "./actors/params.ts";
export { decodeVestingFunds } from "./actors/vestingFunds.ts";
export type { VestingEntry } from "./actors/vestingFunds.ts";
export { ExportedMinerMethod, INVOKE_EVM, MinerMethod, SEND } from "./actors/methods.ts";
export { VAULT_EXPIRATION, VAULT_QUOTA, VAULT_QUOTA_FIL } from "./actors/terms.ts";
export { Address } from "./address/Address.ts";
export type { AddressKind, NetworkPrefix } from "./address/Address.ts";
export { BadAddressError } from "./address/BadAddressError.ts";
export { formatAddress } from "./address/formatAddress.ts";
export type { AddressForms } from "./address/formatAddress.ts";
export { parseAddress } from "./address/parseAddress.ts";
export { CborLink } from "./cbor/CborValue.ts";
export type { CborValue, DagCborValue } from "./cbor/CborValue.ts";
export { decodeCbor, decodeDagCbor } from "./cbor/decode.ts";
export { encodeCbor } from "./cbor/encode.ts";
export { decodeTokenAmount, encodeTokenAmount } from "./cbor/tokenAmount.ts";
export { epochRanges } from "./epochRanges.ts";
export type { EpochRange } from "./epochRanges.ts";
export { ExplainedError, FatalError, RefusedError, TemporaryError, UsageError } from "./errors/ExplainedError.ts";
export type { ErrorContext } from "./errors/ExplainedError.ts";
export { ExitCode } from "./errors/exitCode.ts";
export { explainRevert } from "./errors/explain.ts";
export { revertData } from "./errors/revertData.ts";
export type { Explanation, Locale } from "./errors/explain.ts";
export { daysToFirstCash } from "./forecast/firstCash.ts";
export type { CashOutlook } from "./forecast/firstCash.ts";
export { concatBytes, fromBase64, fromHex, sameBytes, toBase64, toHex } from "./hex.ts";
export type { Hex } from "./hex.ts";
export { inBatches } from "./inBatches.ts";
export { messageLinks, transactionLinks } from "./links/explorers.ts";
export type { Links } from "./links/explorers.ts";
export type * from "./lotus/answers.ts";
export { actorKind } from "./lotus/actorKind.ts";
export type { ActorKind } from "./lotus/actorKind.ts";
export { blockCid, cidOf } from "./lotus/cid.ts";
export { createLotusClient } from "./lotus/createLotusClient.ts";
export {
  BadAnswerError,
  MethodUnavailableError,
  NodeRefusedError,
  NodeUnreachableError,
  NotAuthorizedError,
} from "./lotus/errors.ts";
export type { LotusClient, OutgoingMessage, TipsetKey } from "./lotus/LotusClient.ts";
export { createTransport, isSentOnce, readAnswer } from "./lotus/transport.ts";
export type { JsonRpcRequest, TransportOptions } from "./lotus/transport.ts";
export { prefixOf, publicNetwork } from "./networks.ts";
export type { PublicNetwork } from "./networks.ts";
export { ContractReader, hex } from "./protocol/ethCall.ts";
export { FilAuctionReader } from "./protocol/FilAuctionReader.ts";
export type { Lot } from "./protocol/FilAuctionReader.ts";
export { AccessReader } from "./protocol/AccessReader.ts";
export { AUCTION_TERMS, priceAfter } from "./protocol/filAuctionTerms.ts";
export { coinChange, governanceCall, SETTER_ROLES, setterChanges } from "./protocol/poolGovernance.ts";
export type { Change } from "./protocol/poolGovernance.ts";
export { MarketReader } from "./protocol/MarketReader.ts";
export type { Auction, Bounds, Listing, Offer, Quote } from "./protocol/MarketReader.ts";
export { OracleReader } from "./protocol/OracleReader.ts";
export type { Vote } from "./protocol/OracleReader.ts";
export { FRAME_EPOCHS, MAX_PAGE, ReportTree, frameOf, leafOf, referenceEpoch } from "./protocol/report.ts";
export type { ReportEntry, ReportPage, ReportSkip } from "./protocol/report.ts";
export { PoolReader } from "./protocol/PoolReader.ts";
export type {
  Appraisal,
  ExitPreview,
  Machine,
  PoolAccounts,
  PoolPolicy,
  Ticket,
  TicketPayment,
} from "./protocol/PoolReader.ts";
export { PowerNftReader } from "./protocol/PowerNftReader.ts";
export type {
  AttestedWeights,
  Cover,
  Guarantee,
  MinerAccount,
  MinerGuarantees,
  Power,
  Solvency,
} from "./protocol/PowerNftReader.ts";
export { VaultReader } from "./protocol/VaultReader.ts";
export { accessManagerAbi } from "./abi/accessManager.ts";
export { erc20Abi } from "./abi/erc20.ts";
export { filAuctionAbi } from "./abi/filAuction.ts";
export { jointMiningPoolAbi } from "./abi/jointMiningPool.ts";
export { minerRegistryAbi } from "./abi/minerRegistry.ts";
export { minerVaultAbi } from "./abi/minerVault.ts";
export { powerMarketAbi } from "./abi/powerMarket.ts";
export { powerNftAbi } from "./abi/powerNft.ts";
export { powerOracleAbi } from "./abi/powerOracle.ts";
export { fromBitfield, toBitfield } from "./sectors/bitfield.ts";
export { sectorQap } from "./sectors/qap.ts";
export type { SectorQuality } from "./sectors/qap.ts";
export { decodeRlePlus } from "./sectors/rlePlus.ts";
export { intersectSectors, subtractSectors, uniteSectors } from "./sectors/sets.ts";
export { MAX_SECTOR_NUMBER, countSectors, eachSector, formatSectors, parseSectors } from "./sectors/ranges.ts";
export type { SectorRange } from "./sectors/ranges.ts";
export {
  CALIBRATION_GENESIS,
  Clock,
  EPOCHS_PER_DAY,
  EPOCH_SECONDS,
  MAINNET_GENESIS,
  formatSpan,
} from "./time/clock.ts";
export { EXPIRY_GRID, gridAround } from "./time/expiryGrid.ts";
export type { GridDates } from "./time/expiryGrid.ts";
export { ATTO_PER_FIL, formatFil, parseFil } from "./units/fil.ts";
export { formatPercent, parsePercent } from "./units/percent.ts";
export { formatPower, parsePower } from "./units/power.ts";
