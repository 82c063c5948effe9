import { readFile } from "node:fs/promises";

import { expect } from "chai";
import { Interface, type ErrorFragment } from "ethers";
import { artifacts } from "hardhat";

import { ABI_FILES, abiFile } from "../../lib/abi/generate.ts";
import { SENTENCES } from "../../lib/errors/explain.ts";
import { Clock, explainRevert, type Hex, MAINNET_GENESIS } from "../../lib/index.ts";

const LOCALE = { prefix: "f", clock: new Clock(MAINNET_GENESIS) } as const;
const VALUES: Readonly<Record<string, unknown>> = {
  uint256: 1000n,
  uint64: 1000n,
  uint32: 1000n,
  uint16: 1000n,
  uint8: 8n,
  bytes32: `0x${"11".repeat(32)}`,
  int64: 1000n,
  int256: 19n,
  address: "0xff00000000000000000000000000000000000066",
};

async function errorsOf(contract: string): Promise<[Interface, ErrorFragment][]> {
  const contracts = new Interface((await artifacts.readArtifact(contract)).abi);
  const errors: [Interface, ErrorFragment][] = [];
  contracts.forEachError((error) => errors.push([contracts, error]));
  return errors;
}

describe("explainRevert", () => {
  const contracts = [
    "PowerNFT",
    "PowerOracle",
    "PowerMarket",
    "JointMiningPool",
    "FilAuction",
    "MinerVault",
    "MinerRegistry",
  ];
  for (const contract of contracts.flatMap((name) => [`I${name}`, name])) {
    it(`has a sentence that says what to do for every custom error of ${contract}`, async () => {
      for (const [contracts, error] of await errorsOf(contract)) {
        expect(SENTENCES, error.name).to.have.property(error.name);
        const args = error.inputs.map(({ type }) => VALUES[type]);
        const explanation = explainRevert(contracts.encodeErrorResult(error, args) as Hex, LOCALE);
        expect(explanation?.error, error.name).to.equal(error.name);
        expect(explanation?.sentence, error.name).to.match(/^.{30,}\.$/);
        expect(explanation?.sentence, error.name).to.not.match(/undefined|NaN|\[object/);
      }
    });
  }

  it("names actors, amounts and dates as people know them", () => {
    const vault = new Interface(["error StillOwed(uint64 minerId, uint256 amount)"]);
    const data = vault.encodeErrorResult("StillOwed", [1234n, 12n * 10n ** 18n]) as Hex;
    expect(explainRevert(data, { prefix: "t" })?.sentence).to.match(/^12 FIL of t01234 are still owed/);
    const nft = new Interface(["error ExpiryOffGrid(uint64 expiry, uint64 before, uint64 next)"]);
    const off = nft.encodeErrorResult("ExpiryOffGrid", [604_801n, 604_800n, 691_200n]) as Hex;
    expect(explainRevert(off, LOCALE)?.sentence).to.contain("2021-03-22 22:00 UTC (epoch 604800)");
  });

  it("names the meaning of an actor's exit code", () => {
    const shared = new Interface(["error WithdrawalFailed(uint64 minerId, int256 exitCode)"]);
    const data = shared.encodeErrorResult("WithdrawalFailed", [1000n, 19n]) as Hex;
    expect(explainRevert(data, LOCALE)?.sentence).to.contain("fee debt (exit code 19)");
  });

  it("knows nothing of bytes that no contract of ours raised", () => {
    expect(explainRevert("0x", LOCALE)).to.equal(undefined);
    expect(explainRevert("0xdeadbeef", LOCALE)).to.equal(undefined);
  });
});

describe("lib/abi", () => {
  for (const contract of Object.keys(ABI_FILES) as (keyof typeof ABI_FILES)[]) {
    it(`holds the interface of ${contract} as it is compiled (\`npx hardhat abi\` writes it)`, async () => {
      const path = new URL(`../../lib/abi/${ABI_FILES[contract].file}`, import.meta.url);
      expect(await readFile(path, "utf8")).to.equal(abiFile(contract, (await artifacts.readArtifact(contract)).abi));
    });
  }
});
