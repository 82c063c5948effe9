import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { AbiCoder, Interface, getCreateAddress } from "ethers";
import { artifacts } from "hardhat";

import { readDeployment } from "../../lib/deployments.ts";
import { deploy } from "../../tasks/deploy.ts";
import { FakeFilecoin, HOLDER, MULTISIG, OWNER_KEY, STRANGER } from "./support/FakeFilecoin.ts";

const ARGS = {
  governance: MULTISIG.toString(),
  guardian: STRANGER,
  members: `${STRANGER},${OWNER_KEY.toString()}`,
  quorum: "2",
  reallyDoIt: false,
  from: undefined,
} as const;
const MASKED_MULTISIG = "0xff00000000000000000000000000000000000067";
const MASKED_OWNER = "0xFf00000000000000000000000000000000000066";
const NAMES = [
  "ExpectedIncome",
  "GuaranteeLedger",
  "Minting",
  "Views",
  "Weights",
  "PowerAccessManager",
  "MinerVault",
  "MinerRegistry",
  "PowerNFTRenderer",
  "PowerOracle",
  "PowerNFT",
  "PowerMarket",
  "Machines",
  "Buying",
  "PolicyRange",
  "Queue",
  "WrappedFil",
  "JointMiningPool",
];
/** The nonce of the sender's next transaction. */
const NONCE = 3;
const addressOf = (name: string): string => getCreateAddress({ from: HOLDER, nonce: NONCE + NAMES.indexOf(name) });

describe("deploy", () => {
  let chain: FakeFilecoin;
  let folder: string;
  beforeEach(async () => {
    chain = new FakeFilecoin();
    folder = await mkdtemp(join(tmpdir(), "deployments-"));
    chain.deploymentPath = join(folder, "file.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("plans who holds what and where everything comes to lie, and sends nothing", async () => {
    const run = await chain.runJson(deploy, ARGS);
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.deep.include({
      governance: MASKED_MULTISIG,
      guardian: STRANGER,
      members: [STRANGER, MASKED_OWNER],
      quorum: 2,
      file: chain.deploymentPath,
      contracts: NAMES.map((name) => ({ name, address: addressOf(name) })),
    });
    expect(chain.sent).to.deep.equal([]);
    expect(existsSync(chain.deploymentPath)).to.equal(false);
  });

  it("simulates every contract that does not need another one before anything is sent", async () => {
    const { checks } = await chain.runJson(deploy, ARGS);
    const simulated = checks.filter(({ name }) => name === "simulation").map(({ text }) => text.split(/[ :]/)[1]);
    expect(simulated).to.deep.equal(
      NAMES.filter((name) => !["MinerRegistry", "PowerNFT", "JointMiningPool"].includes(name)),
    );
  });

  it("deploys, wires, and writes down where everything is", async () => {
    const run = await chain.runJson(deploy, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(chain.sent).to.have.length(NAMES.length);
    const oracle = chain.sent[NAMES.indexOf("PowerOracle")];
    const { abi, bytecode } = await artifacts.readArtifact("PowerOracle");
    const data = oracle !== undefined && "data" in oracle ? oracle.data : "0x";
    expect(data.startsWith(bytecode)).to.equal(true);
    const given = AbiCoder.defaultAbiCoder().decode(
      new Interface(abi).deploy.inputs,
      `0x${data.slice(bytecode.length)}`,
    );
    expect(given.toArray(true)).to.deep.equal([
      addressOf("PowerAccessManager"),
      addressOf("PowerNFT"),
      [STRANGER, MASKED_OWNER],
      2n,
    ]);
    const nft = chain.sent[NAMES.indexOf("PowerNFT")];
    expect(nft !== undefined && "data" in nft ? nft.data : "", "the libraries are linked")
      .to.contain(addressOf("Minting").slice(2).toLowerCase())
      .and.to.contain(addressOf("GuaranteeLedger").slice(2).toLowerCase())
      .and.not.to.contain("__$");
    expect(await readDeployment(chain.deploymentPath, chain.chainId)).to.deep.equal({
      chainId: 31_415_926,
      accessManager: addressOf("PowerAccessManager"),
      minerVaultImplementation: addressOf("MinerVault"),
      minerRegistry: addressOf("MinerRegistry"),
      powerNFTRenderer: addressOf("PowerNFTRenderer"),
      powerOracle: addressOf("PowerOracle"),
      powerNFT: addressOf("PowerNFT"),
      powerMarket: addressOf("PowerMarket"),
      wrappedFil: addressOf("WrappedFil"),
      jointMiningPool: addressOf("JointMiningPool"),
      coinPools: [],
      libraries: Object.fromEntries(
        [
          "ExpectedIncome",
          "GuaranteeLedger",
          "Minting",
          "Views",
          "Weights",
          "Machines",
          "Buying",
          "PolicyRange",
          "Queue",
        ].map((name) => [name, addressOf(name)]),
      ),
    });
  });

  it("refuses what a constructor refuses, before anything is sent", async () => {
    const { bytecode } = await artifacts.readArtifact("PowerOracle");
    chain.refusedCode.push([bytecode, ["BadQuorum", [2n, 3n, 4n]]]);
    const run = await chain.run(deploy, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/A quorum of 2 is no majority/);
    expect(chain.sent).to.deep.equal([]);
  });

  it("stops when a contract comes to lie where the others do not expect it", async () => {
    chain.createdAt = STRANGER;
    const run = await chain.run(deploy, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode).to.equal(70);
    expect(run.text).to.match(/Another transaction of this key came in between/);
    expect(chain.sent).to.have.length(1);
    expect(existsSync(chain.deploymentPath)).to.equal(false);
  });

  it("never writes over the file of a public network", async () => {
    chain.chainId = 314_159n;
    chain.lotusName = "calibrationnet";
    await chain.runJson(deploy, { ...ARGS, members: STRANGER, quorum: "1", governance: STRANGER, reallyDoIt: true });
    const sent = chain.sent.length;
    expect(sent, "WFIL is there already").to.equal(NAMES.length - 1);
    const again = await chain.run(deploy, {
      ...ARGS,
      members: STRANGER,
      quorum: "1",
      governance: STRANGER,
      reallyDoIt: true,
    });
    expect(again.exitCode).to.equal(1);
    expect(again.text).to.match(/names a deployment already \(PowerNFT 0x[0-9a-fA-F]{40}\): name another file/);
    expect(chain.sent).to.have.length(sent);
  });

  it("writes over the file of a local network, and says so", async () => {
    await writeFile(chain.deploymentPath, "{}");
    const { checks } = await chain.runJson(deploy, ARGS);
    expect(checks.find(({ name }) => name === "file")).to.include({ result: "warn" });
  });

  it("warns when governance is one key", async () => {
    const text = (run: Awaited<ReturnType<typeof chain.run>>): string => run.text;
    expect(text(await chain.run(deploy, { ...ARGS, governance: HOLDER }))).to.match(/one key.*the deployer's own/);
    expect(text(await chain.run(deploy, ARGS))).not.to.match(/one key/);
  });

  for (const [what, change, message] of [
    ["no governance", { governance: "" }, /--governance with any address/],
    ["no members", { members: "" }, /--members with one or more addresses/],
    ["a member twice", { members: `${OWNER_KEY.toString()},f0102`, quorum: "2" }, /f0102 is named twice/],
    ["a miner as member", { members: "f01000", quorum: "1" }, /f01000 is a miner/],
    ["a miner as guardian", { guardian: "f01000" }, /f01000 is a miner/],
    ["no quorum", { quorum: "" }, /--quorum is missing: of 2 members, 2 to 2 must agree/],
    ["a quorum that is no majority", { quorum: "1" }, /--quorum 1 does not fit/],
    ["a mistyped address", { guardian: "f1abc" }, /f1abc/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const run = await chain.run(deploy, { ...ARGS, ...change, reallyDoIt: true });
      expect(run.exitCode).to.be.oneOf([1, 64]);
      expect(run.text).to.match(message);
      expect(chain.sent).to.deep.equal([]);
    });
  }

  it("wants an Ethereum key", async () => {
    chain.accounts = [];
    const run = await chain.run(deploy, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode).to.equal(64);
    expect(run.text).to.match(/set PRIVATE_KEY/);
  });
});
