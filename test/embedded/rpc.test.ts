import { expect } from "chai";

import { MULTISIG, MULTISIG_MINER, OWNER, SECTOR_QAP } from "../../embedded/chain/genesis.ts";
import { PortTakenError, serveHttp } from "../../embedded/rpc/HttpServer.ts";
import {
  Address,
  MethodUnavailableError,
  MinerMethod,
  NodeRefusedError,
  changeBeneficiaryParams,
  parseAddress,
  sectorQap,
  toBase64,
} from "../../lib/index.ts";
import { type TestNode, startNode } from "./node.ts";

const MINER = parseAddress("f01000");
const TIB = 2n ** 40n;

/** The names that a Lotus v1.36.2 node gave to the parts of its answers. */
const LOTUS_KEYS = {
  "Filecoin.StateMinerInfo":
    "Owner Worker NewWorker ControlAddresses WorkerChangeEpoch PeerId Multiaddrs WindowPoStProofType SectorSize " +
    "WindowPoStPartitionSectors ConsensusFaultElapsed PendingOwnerAddress Beneficiary BeneficiaryTerm " +
    "PendingBeneficiaryTerm",
  "Filecoin.StateMinerPower": "MinerPower TotalPower HasMinPower",
  "Filecoin.StateMinerSectorCount": "Live Active Faulty",
  "Filecoin.StateMinerProvingDeadline":
    "CurrentEpoch PeriodStart Index Open Close Challenge FaultCutoff WPoStPeriodDeadlines WPoStProvingPeriod " +
    "WPoStChallengeWindow WPoStChallengeLookback FaultDeclarationCutoff",
  "Filecoin.StateGetActor": "Code Head Nonce Balance DelegatedAddress",
} as const;
const BLOCK_KEYS =
  "Miner Ticket ElectionProof BeaconEntries WinPoStProof Parents ParentWeight Height ParentStateRoot " +
  "ParentMessageReceipts Messages BLSAggregate Timestamp BlockSig ForkSignaling ParentBaseFee";
const SECTOR_KEYS =
  "SectorNumber SealProof SealedCID Activation Expiration DealWeight VerifiedDealWeight InitialPledge " +
  "ExpectedDayReward ExpectedStoragePledge PowerBaseEpoch ReplacedDayReward SectorKeyCID Flags DailyFee";

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  try {
    await action;
  } catch (error) {
    return error;
  }
  throw new Error("nothing failed");
}

describe("the embedded Filecoin's RPC", function () {
  this.timeout(300_000);
  let node: TestNode;
  before(async () => {
    node = await startNode();
  });
  after(async () => {
    await node.close();
  });

  describe("over HTTP", () => {
    it("answers an unknown method like Lotus, with HTTP 500 and code -32601", async () => {
      for (const method of ["Filecoin.Nope", "eth_nope", "hardhat_mine", "Filecoin.EthNope"]) {
        const { status, body } = await node.raw(method);
        expect([status, body.error?.code]).to.deep.equal([500, -32601], method);
      }
      expect(await failureOf(node.ask("Filecoin.Nope"))).to.be.instanceOf(MethodUnavailableError);
    });

    it("answers parameters that it cannot read with HTTP 500", async () => {
      const wrong = await node.raw("Filecoin.StateMinerInfo", "hello", null);
      expect([wrong.status, wrong.body.error?.code]).to.deep.equal([500, -32700]);
      const missing = await node.raw("Filecoin.StateMinerInfo");
      expect([missing.status, missing.body.error?.code]).to.deep.equal([500, -32602]);
    });

    it("answers a failure of a method with HTTP 200 and code 1", async () => {
      const { status, body } = await node.raw("Filecoin.StateMinerInfo", `f0${OWNER.id}`, null);
      expect([status, body.error?.code]).to.deep.equal([200, 1]);
      expect(body.error?.message).to.equal("failed to load miner actor state: actor code is not miner: account");
    });

    it("answers a batch in its order", async () => {
      const batch = ["eth_chainId", "Filecoin.Nope", "Filecoin.StateNetworkName"].map((method, id) => ({
        ...{ jsonrpc: "2.0", id, method },
        params: [],
      }));
      const answers = JSON.parse((await node.post(JSON.stringify(batch))).text) as { id: number; result?: unknown }[];
      expect(answers.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
      expect(answers.map(({ result }) => result)).to.deep.equal(["0x1df5e76", undefined, "embedded"]);
    });

    it("serves /rpc/v0 too, and nothing else", async () => {
      const call = JSON.stringify({ id: 1, method: "eth_chainId", params: [] });
      expect((await node.post(call, "/rpc/v0")).status).to.equal(200);
      expect((await node.post(call, "/")).status).to.equal(404);
    });

    it("answers text that is not JSON with code -32700", async () => {
      const { status, text } = await node.post("{");
      expect(status).to.equal(500);
      expect(text).to.contain("-32700");
    });

    it("names the port when another program has it", async () => {
      const error = await failureOf(
        serveHttp({ port: node.server.port, call: () => Promise.resolve(), advance: () => Promise.resolve(0n) }),
      );
      expect(error).to.be.instanceOf(PortTakenError);
      expect((error as Error).message).to.contain(`127.0.0.1:${node.server.port}`);
    });

    it("refuses to advance by nonsense", async () => {
      for (const epochs of ["0", "-1", "x", "999999999"]) {
        expect((await fetch(`${node.server.advanceUrl}?epochs=${epochs}`)).status).to.equal(400, epochs);
      }
    });
  });

  describe("shapes", () => {
    for (const [method, keys] of Object.entries(LOTUS_KEYS)) {
      it(`${method} names its parts as Lotus does`, async () => {
        const answer = (await node.ask(method, "f01000", null)) as object;
        expect(Object.keys(answer)).to.deep.equal(keys.split(" "));
      });
    }

    it("shows tipsets as Lotus does", async () => {
      const head = (await node.ask("Filecoin.ChainHead")) as { Cids: unknown; Blocks: object[]; Height: number };
      expect(Object.keys(head)).to.deep.equal(["Cids", "Blocks", "Height"]);
      expect(Object.keys(head.Blocks[0] ?? {})).to.deep.equal(BLOCK_KEYS.split(" "));
    });

    it("shows sectors as Lotus does", async () => {
      const [sector] = (await node.ask("Filecoin.StateMinerSectors", "f01000", [7, 1], null)) as object[];
      expect(Object.keys(sector ?? {})).to.deep.equal(SECTOR_KEYS.split(" "));
    });

    it("satisfies the typed Lotus client everywhere", async () => {
      const { lotus } = node;
      const head = await lotus.chainHead();
      const key = head.Cids;
      await lotus.version();
      expect(await lotus.stateNetworkVersion(key)).to.equal(28n);
      expect((await lotus.chainGetTipSetByHeight(head.Height - 5n)).Height).to.equal(head.Height - 5n);
      expect((await lotus.chainGetTipSetAfterHeight(head.Height - 5n, key)).Height).to.equal(head.Height - 5n);
      expect((await lotus.chainGetFinalizedTipSet()).Height).to.equal(head.Height - 900n);
      const codes = await lotus.stateActorCodeCIDs(28n);
      expect((await lotus.stateGetActor(parseAddress(`f0${MULTISIG.id}`))).Code).to.deep.equal(codes["multisig"]);
      expect((await lotus.stateLookupID(OWNER.robust)).id).to.equal(OWNER.id);
      expect((await lotus.stateAccountKey(Address.fromId(OWNER.id))).equals(OWNER.robust)).to.equal(true);
      expect((await lotus.stateLookupRobustAddress(Address.fromId(MULTISIG.id))).equals(MULTISIG.robust)).to.equal(
        true,
      );
      expect(await lotus.walletHas(OWNER.robust)).to.equal(true);
      expect((await lotus.stateReadState(MINER)).State).to.have.property("FeeDebt", "0");
    });
  });

  describe("a miner's sectors", () => {
    it("add up to its power, one by one and partition by partition", async () => {
      const { lotus } = node;
      const { MinerPower } = await lotus.stateMinerPower(MINER);
      const { SectorSize } = await lotus.stateMinerInfo(MINER);
      const sectors = await lotus.stateMinerActiveSectors(MINER);
      const sum = sectors.reduce(
        (total, { Expiration, PowerBaseEpoch, VerifiedDealWeight }) =>
          total +
          sectorQap(SectorSize, {
            expiration: Expiration,
            powerBaseEpoch: PowerBaseEpoch,
            verifiedDealWeight: VerifiedDealWeight,
          }),
        0n,
      );
      expect(sum).to.equal(MinerPower.QualityAdjPower);
      const first = await lotus.stateMinerPartitions(MINER, 0);
      expect(first.map(({ ActiveSectors }) => ActiveSectors)).to.deep.equal([[1, 32]]);
      expect(await lotus.stateMinerPartitions(MINER, 40)).to.deep.equal([]);
    });

    it("fail as a whole where one number is absent", async () => {
      const error = await failureOf(node.lotus.stateMinerSectors(MINER, [{ start: 256n, count: 2n }]));
      expect((error as Error).message).to.contain("can't find sector 257");
      expect(await node.lotus.stateSectorGetInfo(MINER, 257n)).to.equal(null);
    });

    it("are zeros of power, no error, for somebody who is no miner", async () => {
      const { MinerPower } = await node.lotus.stateMinerPower(Address.fromId(OWNER.id));
      expect(MinerPower.QualityAdjPower).to.equal(0n);
    });
  });

  describe("time", () => {
    it("shows a head that is one epoch ahead of eth_blockNumber", async () => {
      const latest = BigInt((await node.ask("eth_blockNumber")) as string);
      expect((await node.lotus.chainHead()).Height).to.equal(latest + 1n);
    });

    it("keeps 30 seconds between tipsets", async () => {
      const head = await node.lotus.chainHead();
      const before = await node.lotus.chainGetTipSetByHeight(head.Height - 1000n);
      expect((head.Blocks[0]?.Timestamp ?? 0n) - (before.Blocks[0]?.Timestamp ?? 0n)).to.equal(30_000n);
    });

    it("advances by exactly the epochs asked for, and pays what was won meanwhile", async () => {
      const { Height } = await node.lotus.chainHead();
      const balance = (await node.lotus.stateGetActor(MINER)).Balance;
      const paid = node.chain.rewardsOf(1000n);
      expect(await node.advance(2880)).to.equal(Number(Height) + 2880);
      const gained = (await node.lotus.stateGetActor(MINER)).Balance - balance;
      expect(gained).to.equal(node.chain.rewardsOf(1000n) - paid);
      expect(gained > 0n).to.equal(true);
    });

    it("keeps tipset keys for ever", async () => {
      const head = await node.lotus.chainHead();
      await node.advance(3);
      expect((await node.lotus.chainGetTipSetByHeight(head.Height)).Cids).to.deep.equal(head.Cids);
      expect(((await node.ask("Filecoin.ChainGetTipSet", head.Cids)) as { Height: number }).Height).to.equal(
        Number(head.Height),
      );
    });

    it("refuses the future and keys that it never gave", async () => {
      const future = await node.raw("Filecoin.ChainGetTipSetByHeight", 99_999_999, null);
      expect(future.body.error?.message).to.contain("greater than start point");
      const strange = [{ "/": "bafy2bzacea3wsdh6y3a36tb3skempjoxqpuyompjbmfeyf34fi3uy6uue42v4" }];
      expect((await node.raw("Filecoin.ChainGetTipSet", strange)).body.error?.message).to.contain("could not find");
      const block = await node.raw("eth_getBlockByNumber", "0xffffff", false);
      expect(block.body.error?.message).to.equal("requested a future epoch (beyond 'latest')");
    });

    it("reads the past as it was, at any pinned tipset", async () => {
      const { lotus, chain } = node;
      await node.advance(500);
      const before = await lotus.chainHead();
      await chain.exclusively(() => chain.levers.declareFaults(1000n, [1n, 2n]));
      await node.advance(500);
      const now = await lotus.stateMinerPower(MINER);
      expect(now.MinerPower.QualityAdjPower).to.equal(80n * TIB - 2n * SECTOR_QAP);
      const pinned = await lotus.stateMinerPower(MINER, before.Cids);
      expect(pinned.MinerPower.QualityAdjPower).to.equal(80n * TIB);
      expect((await lotus.stateMinerSectorCount(MINER, before.Cids)).Faulty).to.equal(0n);
      for (const back of [777n, 333n, 100n]) {
        const tipset = await lotus.chainGetTipSetByHeight(before.Height - back);
        const { MinerPower } = await lotus.stateMinerPower(MINER, tipset.Cids);
        expect(MinerPower.QualityAdjPower).to.equal(80n * TIB, `${back} epochs before`);
      }
      await chain.exclusively(() => chain.levers.recoverSectors(1000n, [1n, 2n]));
    });

    it("shows a message in its own tipset, and what it did from the next one on", async () => {
      const { lotus } = node;
      const to = Address.fromId(103n);
      const before = (await lotus.stateGetActor(to)).Balance;
      const message = { from: OWNER.robust, to, value: 5n, method: 0, params: new Uint8Array(0) };
      const { CID } = await lotus.mpoolPushMessage(message);
      const { Height } = await lotus.stateWaitMsg(CID, 0);
      const own = await lotus.chainGetTipSetByHeight(Height - 1n);
      const next = await lotus.chainGetTipSetByHeight(Height);
      expect((await lotus.stateGetActor(to, own.Cids)).Balance).to.equal(before);
      expect((await lotus.stateGetActor(to, next.Cids)).Balance).to.equal(before + 5n);
      const block = `0x${(Height - 1n).toString(16)}`;
      expect(BigInt((await node.ask("eth_getBalance", to.toEvm(), block)) as string)).to.equal(before + 5n);
    });

    it("means by safe and finalized what Lotus does without F3", async () => {
      const numberOf = async (tag: string) =>
        BigInt(((await node.ask("eth_getBlockByNumber", tag, false)) as { number: string }).number);
      const latest = await numberOf("latest");
      expect([latest - (await numberOf("safe")), latest - (await numberOf("finalized"))]).to.deep.equal([200n, 900n]);
    });
  });

  describe("native messages", () => {
    const back = changeBeneficiaryParams({ beneficiary: Address.fromId(OWNER.id), quota: 0n, expiration: 0n });
    const proposal = { from: OWNER.robust, to: MINER, value: 0n, method: MinerMethod.ChangeBeneficiary };

    it("are carried out: an owner's proposal is pending afterwards", async () => {
      const { lotus } = node;
      const params = changeBeneficiaryParams({ beneficiary: Address.fromId(103n), quota: 7n, expiration: 99n });
      const { CID, Message } = await lotus.mpoolPushMessage({ ...proposal, params });
      const { Receipt } = await lotus.stateWaitMsg(CID, 3);
      expect(Receipt.ExitCode).to.equal(0n);
      const pending = (await lotus.stateMinerInfo(MINER)).PendingBeneficiaryTerm;
      expect(pending?.NewBeneficiary.id).to.equal(103n);
      expect(pending?.NewQuota).to.equal(7n);
      const { CID: second, Message: next } = await lotus.mpoolPushMessage({ ...proposal, params: back });
      await lotus.stateWaitMsg(second, 0);
      expect(next.Nonce).to.equal(Message.Nonce + 1n);
      expect((await lotus.stateMinerInfo(MINER)).PendingBeneficiaryTerm).to.equal(null);
    });

    it("that would fail are refused before they are sent", async () => {
      const error = await failureOf(
        node.lotus.mpoolPushMessage({ ...proposal, from: parseAddress("f0103"), params: back }),
      );
      expect(error).to.be.instanceOf(NodeRefusedError);
      expect((error as Error).message).to.contain("ErrForbidden(18)");
    });

    it("that would fail are included with their exit code when the sender chose the gas", async () => {
      const message = {
        ...{ Version: 0, To: "f01000", From: "f0103", Nonce: 0, Value: "0", GasFeeCap: "0", GasPremium: "0" },
        ...{ GasLimit: 1_000_000, Method: MinerMethod.ChangeBeneficiary, Params: toBase64(back) },
      };
      const { CID } = (await node.ask("Filecoin.MpoolPushMessage", message, null)) as { CID: { "/": string } };
      expect((await node.lotus.stateWaitMsg(CID, 0)).Receipt.ExitCode).to.equal(18n);
    });

    it("are known to eth_* by a hash, with a receipt", async () => {
      const { CID } = await node.lotus.mpoolPushMessage({ ...proposal, params: back });
      const hash = await node.lotus.ethGetTransactionHashByCid(CID);
      const receipt = (await node.ask("eth_getTransactionReceipt", hash)) as { status: string; blockNumber: string };
      expect(receipt.status).to.equal("0x1");
      expect(BigInt(receipt.blockNumber) + 1n).to.equal((await node.lotus.stateWaitMsg(CID, 0)).Height);
      expect(await node.lotus.ethGetTransactionHashByCid({ "/": "bafkqaaa" })).to.equal(null);
    });

    it("need a key in the node's wallet", async () => {
      const from = Address.fromId(MULTISIG.id);
      const error = await failureOf(node.lotus.mpoolPushMessage({ ...proposal, from, params: back }));
      expect((error as Error).message).to.contain("key not found");
    });

    it("can be tried out without being sent, from anybody", async () => {
      const from = Address.fromId(MULTISIG.id);
      const to = Address.fromId(MULTISIG_MINER.id);
      const params = changeBeneficiaryParams({ beneficiary: MINER, quota: 1n, expiration: 1n });
      const { lotus } = node;
      const method = MinerMethod.ChangeBeneficiary;
      expect((await lotus.stateCall({ from, to, value: 0n, method, params })).MsgRct.ExitCode).to.equal(0n);
      expect((await lotus.stateMinerInfo(to)).PendingBeneficiaryTerm).to.equal(null);
      const stranger = await lotus.stateCall({ from: OWNER.robust, to, value: 0n, method, params });
      expect(stranger.MsgRct.ExitCode).to.equal(18n);
    });

    it("have a multisig act when both signers have agreed", async () => {
      const { lotus } = node;
      const to = Address.fromId(MULTISIG.id);
      const inner = changeBeneficiaryParams({ beneficiary: Address.fromId(103n), quota: 9n, expiration: 99n });
      const { encodeCbor } = await import("../../lib/index.ts");
      const params = encodeCbor([Address.fromId(MULTISIG_MINER.id).bytes, new Uint8Array(0), 30n, inner]);
      const first = await lotus.mpoolPushMessage({ from: Address.fromId(104n), to, value: 0n, method: 2, params });
      await lotus.stateWaitMsg(first.CID, 0);
      const approval = encodeCbor([0n, new Uint8Array(0)]);
      const second = await lotus.mpoolPushMessage({
        ...{ from: Address.fromId(105n), to, value: 0n, method: 3 },
        params: approval,
      });
      await lotus.stateWaitMsg(second.CID, 0);
      const pending = (await lotus.stateMinerInfo(Address.fromId(MULTISIG_MINER.id))).PendingBeneficiaryTerm;
      expect(pending?.NewQuota).to.equal(9n);
    });
  });

  describe("eth_*", () => {
    it("has Filecoin's names for its methods too", async () => {
      for (const [theirs, ours] of [
        ["Filecoin.EthChainId", "eth_chainId"],
        ["Filecoin.EthBlockNumber", "eth_blockNumber"],
        ["Filecoin.NetVersion", "net_version"],
        ["Filecoin.Web3ClientVersion", "web3_clientVersion"],
      ] as const) {
        expect(await node.ask(theirs)).to.equal(await node.ask(ours), theirs);
      }
    });

    it("gives what a revert said, with code 3", async () => {
      const [from] = (await node.ask("eth_accounts")) as string[];
      // reverts with 0xdeadbeef
      const data = "0x63deadbeef60e01b60005260046000fd";
      for (const method of ["eth_call", "eth_estimateGas"]) {
        const { status, body } = await node.raw(method, { from, data });
        expect([status, body.error?.code, body.error?.data]).to.deep.equal([200, 3, "0xdeadbeef"], method);
      }
    });

    it("includes a transaction that fails, as Filecoin does", async () => {
      const [from] = (await node.ask("eth_accounts")) as string[];
      const transaction = { from, data: "0x63deadbeef60e01b60005260046000fd", gas: "0x100000" };
      const hash = await node.ask("eth_sendTransaction", transaction);
      expect(await node.ask("eth_getTransactionReceipt", hash)).to.have.property("status", "0x0");
    });

    it("gives a contract an id when it is made, in order", async () => {
      const [from] = (await node.ask("eth_accounts")) as string[];
      const ids: bigint[] = [];
      for (let i = 0; i < 2; i += 1) {
        const hash = await node.ask("eth_sendTransaction", { from, data: "0x600160005360016000f3", gas: "0x100000" });
        const receipt = (await node.ask("eth_getTransactionReceipt", hash)) as { contractAddress: string };
        ids.push((await node.lotus.stateLookupID(parseAddress(receipt.contractAddress))).id);
      }
      expect((ids[1] ?? 0n) - (ids[0] ?? 0n)).to.equal(1n);
      expect((ids[0] ?? 0n) < 2000n).to.equal(true);
    });

    it("gives logs of at most a day", async () => {
      const latest = BigInt((await node.ask("eth_blockNumber")) as string);
      const filter = (epochs: bigint) => ({ fromBlock: `0x${(latest - epochs).toString(16)}`, toBlock: "latest" });
      expect(await node.ask("eth_getLogs", filter(2880n))).to.be.an("array");
      expect((await node.raw("eth_getLogs", filter(2881n))).body.error?.message).to.contain("too far apart");
    });

    it("gives the receipts of a block", async () => {
      const [from, to] = (await node.ask("eth_accounts")) as string[];
      const hash = await node.ask("eth_sendTransaction", { from, to, value: "0x1" });
      const { blockNumber } = (await node.ask("eth_getTransactionReceipt", hash)) as { blockNumber: string };
      const receipts = (await node.ask("eth_getBlockReceipts", blockNumber)) as { transactionHash: string }[];
      expect(receipts.map(({ transactionHash }) => transactionHash)).to.deep.equal([hash]);
    });

    it("converts addresses both ways", async () => {
      const evm = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
      expect(await node.ask("Filecoin.EthAddressToFilecoinAddress", evm)).to.equal(parseAddress(evm).toString());
      expect(await node.ask("Filecoin.FilecoinAddressToEthAddress", parseAddress(evm).toString())).to.equal(evm);
      expect(await node.ask("Filecoin.FilecoinAddressToEthAddress", OWNER.robust.toString())).to.equal(
        "0xff00000000000000000000000000000000000066",
      );
      expect(await node.ask("Filecoin.EthAddressToFilecoinAddress", `0xff${"0".repeat(35)}3e8`)).to.equal("f01000");
    });
  });
});
