import { ok, strictEqual } from "node:assert/strict";

import { Contract, Wallet } from "ethers";

import { FIL, idOf } from "./lotus.ts";
import { type Network, invoke, maskedId, mustByMultisig, startNetwork } from "./network.ts";
import { GRID, type Protocol, artifact, attest, deployOn, enrol, sendTo } from "./protocol.ts";
import { view } from "./reading.ts";

const IN_FIL = "0x0000000000000000000000000000000000000000";
const PRICE = 8n * FIL;
/** Of QAP, each NFT's; all of them are a part of the miner's power. */
const WEIGHT = 2_048n;
/** Blocks that a message may take until it shows. */
const SETTLE = 10;
/** The shortest auction, epochs. */
const AUCTION = 120n;
const SERVICE_FEE_BPS = 500n;
const ROYALTY_BPS = 100n;

/**
 * The market on a real Lotus node: an f3 account and an f2 multisig, which the contracts know by their masked ids, sell and
 * buy. Every payment is compared with the node's own balances. The steps build on each other.
 */
describe("the market on a real Lotus network", function () {
  this.timeout(1_200_000);
  this.bail(true);

  let network: Network;
  let protocol: Protocol;
  let nft: Contract;
  let market: Contract;
  let marketAddress: string;
  let minerId: bigint;
  /** The f3 owner of the miner: it holds NFT 1 to 3 first. */
  let owner: string;
  let ownerEvm: string;
  let multisig: bigint;
  let multisigEvm: string;
  let signer: string;
  let expiry: bigint;

  const buyer = (): Wallet => network.wallets[1] as Wallet;
  const bounds = {
    minWeight: WEIGHT,
    minExpiry: 0n,
    maxFeeBps: SERVICE_FEE_BPS,
    maxRoyaltyBps: ROYALTY_BPS,
    minUnpaid: 0n,
    maxUnpaid: 2n ** 96n - 1n,
  };
  const holderOf = async (id: bigint): Promise<string> => (await view<string>(nft, "ownerOf", id)).toLowerCase();
  const balance = (id: bigint): Promise<bigint> => network.lotus.balance(`f0${id}`);
  const byOwner = (contract: Contract, name: string, args: readonly unknown[], value = 0n) =>
    contract
      .getAddress()
      .then((to) => invoke(network.lotus, owner, to, contract.interface.encodeFunctionData(name, args), value));
  const byMultisig = async (contract: Contract, name: string, args: readonly unknown[], value = 0n): Promise<void> => {
    const data = contract.interface.encodeFunctionData(name, args);
    await mustByMultisig(network.lotus, multisig, signer, await contract.getAddress(), data, value);
  };

  before(async () => {
    network = await startNetwork(3, { blockTime: "100ms", sectors: 12 });
    const { devnet, lotus } = network;
    owner = devnet.owner;
    minerId = idOf(devnet.miner);
    ownerEvm = maskedId(await lotus.id(owner));
    const [key] = await lotus.newAccounts(devnet.faucet, ["secp256k1"], 100n * FIL);
    if (key === undefined) throw new Error("no signer");
    signer = key;
    multisig = await lotus.newMultisig(devnet.faucet, [signer], 1, 100n * FIL);
    multisigEvm = maskedId(multisig);
    protocol = await deployOn(network);
    ({ nft } = protocol);
    marketAddress = protocol.addresses.powerMarket;
    market = new Contract(marketAddress, artifact("PowerMarket").abi, buyer());
    await enrol(network, protocol);
    const height = (await lotus.head()).Height;
    expiry = BigInt(height) + 50_000n;
    const end = BigInt(Math.ceil((height + GRID) / GRID) * GRID + GRID);
    for (const sector of [0n, 1n, 2n]) {
      const request = [minerId, [[sector, 1n]], WEIGHT, end, SERVICE_FEE_BPS, ROYALTY_BPS, 0, ownerEvm, 0n];
      await byOwner(nft, "mint", [request]);
    }
    await attest(network, protocol.oracle, {
      minerId,
      ids: [1n, 2n, 3n],
      weights: [WEIGHT, WEIGHT, WEIGHT],
    });
  });
  after(async () => {
    await network.stop();
  });

  it("lists an NFT for an f3 account and sells it: the price arrives at once (R-MKT)", async () => {
    await byOwner(market, "list", [1n, IN_FIL, PRICE, expiry, WEIGHT]);
    await byOwner(nft, "approve", [marketAddress, 1n]);
    const quote = await view<{ net: bigint; seller: string }>(market, "previewBuy", 1n, bounds);
    strictEqual(quote.net, PRICE); // the owner minted it: no royalty to itself
    const ownerId = await network.lotus.id(owner);
    const before = await balance(ownerId);
    await sendTo(market, "buy", 1n, ownerEvm, IN_FIL, PRICE, bounds, buyer().address, { value: PRICE + 5n });
    strictEqual((await balance(ownerId)) - before, PRICE);
    strictEqual(await holderOf(1n), buyer().address.toLowerCase());
    strictEqual(await network.provider.getBalance(marketAddress), 0n);
  });

  it("sells an NFT to the offer of an f2 multisig, and the royalty goes to the miner's owner (R-MKT)", async () => {
    const terms = [IN_FIL, 0n, minerId, IN_FIL, PRICE, expiry, 0, bounds, false];
    await byMultisig(market, "offer", [terms], PRICE);
    strictEqual(await network.provider.getBalance(marketAddress), PRICE);
    await sendTo(nft.connect(buyer()) as Contract, "approve", marketAddress, 1n);
    const ownerId = await network.lotus.id(owner);
    const before = await balance(ownerId);
    await sendTo(market, "accept", 1n, 1n);
    strictEqual(await holderOf(1n), multisigEvm);
    strictEqual((await balance(ownerId)) - before, (PRICE * ROYALTY_BPS) / 10_000n);
    strictEqual(await network.provider.getBalance(marketAddress), 0n);
  });

  it("sells an NFT for a native multisig, which is paid although it has no code to receive with (R-MKT)", async () => {
    await byMultisig(market, "list", [1n, IN_FIL, PRICE, expiry, WEIGHT]);
    await byMultisig(nft, "approve", [marketAddress, 1n]);
    const before = await balance(multisig);
    await sendTo(market, "buy", 1n, multisigEvm, IN_FIL, PRICE, bounds, buyer().address, { value: PRICE });
    strictEqual((await balance(multisig)) - before, PRICE - (PRICE * ROYALTY_BPS) / 10_000n);
  });

  it("auctions an NFT of an f3 account to a multisig that outbids, and credits who was outbid (R-MKT)", async () => {
    await byOwner(nft, "approve", [marketAddress, 2n]);
    await byOwner(market, "auction", [2n, IN_FIL, FIL, AUCTION]);
    strictEqual(await holderOf(2n), marketAddress.toLowerCase());
    await sendTo(market, "bid", 2n, IN_FIL, FIL, bounds, { value: FIL });
    await byMultisig(market, "bid", [2n, IN_FIL, 2n * FIL, bounds], 2n * FIL);
    strictEqual(await view<bigint>(market, "creditOf", IN_FIL, buyer().address), FIL);
    await network.devnet.advance(Number(AUCTION) + SETTLE);
    const ownerId = await network.lotus.id(owner);
    const before = await balance(ownerId);
    await sendTo(market, "settleAuction", 2n);
    strictEqual(await holderOf(2n), multisigEvm);
    ok((await balance(ownerId)) - before >= 2n * FIL, "the bid, and what the NFT could be paid");
  });

  it("pays the one who was outbid, to an f3 account, and holds nothing that is not owed (R-LED-7)", async () => {
    const [account] = await network.lotus.newAccounts(network.devnet.faucet, ["bls"], FIL);
    const id = await network.lotus.id(account ?? "");
    await sendTo(market, "withdraw", IN_FIL, maskedId(id));
    strictEqual(await balance(id), 2n * FIL);
    const { cash, owed } = await view<{ cash: bigint; owed: bigint }>(market, "solvency", IN_FIL);
    strictEqual(cash, 0n);
    strictEqual(owed, 0n);
  });

  it("gives a bidder its FIL and a seller its NFT back when the weight has fallen in between (R-MKT)", async () => {
    await byOwner(nft, "approve", [marketAddress, 3n]);
    await byOwner(market, "auction", [3n, IN_FIL, FIL, AUCTION]);
    await byMultisig(market, "bid", [3n, IN_FIL, FIL, bounds], FIL);
    await attest(network, protocol.oracle, { minerId, ids: [3n], weights: [WEIGHT - 1n] });
    const { end } = await view<{ end: bigint }>(market, "auctionOf", 3n);
    const left = Number(end) - (await network.lotus.head()).Height;
    await network.devnet.advance(Math.max(left, 0) + SETTLE);
    await sendTo(market, "settleAuction", 3n);
    strictEqual(await holderOf(3n), ownerEvm);
    strictEqual(await view<bigint>(market, "creditOf", IN_FIL, multisigEvm), FIL);
    const before = await balance(multisig);
    await byMultisig(market, "withdraw", [IN_FIL, multisigEvm]);
    strictEqual((await balance(multisig)) - before, FIL);
  });
});
