import { expect } from "chai";

import { Address, VAULT_QUOTA } from "../../lib/index.ts";
import { activate } from "../../tasks/miner/activate.ts";
import { checkMiner } from "../../tasks/miner/check.ts";
import { createVault } from "../../tasks/miner/createVault.ts";
import { harvest } from "../../tasks/miner/harvest.ts";
import { setOperator } from "../../tasks/miner/operator.ts";
import { propose } from "../../tasks/miner/propose.ts";
import { release } from "../../tasks/miner/release.ts";
import { status } from "../../tasks/miner/status.ts";
import { watch } from "../../tasks/miner/watch.ts";
import { withdraw } from "../../tasks/miner/withdraw.ts";
import {
  account,
  FakeFilecoin,
  FIL,
  HOLDER,
  MULTISIG,
  NFT,
  OWNER_KEY,
  STRANGER,
  VAULT,
} from "./support/FakeFilecoin.ts";

const MINER = { miner: "f01000" } as const;
const PLAN = { ...MINER, reallyDoIt: false, output: "send", from: undefined } as const;
const SEND = { ...PLAN, reallyDoIt: true } as const;
const PROPOSE = { ...MINER, cli: undefined, return: false, send: false, reallyDoIt: false } as const;
const VAULT_F410 = Address.fromEvmBytes(Buffer.from(VAULT.slice(2), "hex")).toString();
const GOOD = {
  NewBeneficiary: "f01011",
  NewQuota: VAULT_QUOTA.toString(),
  NewExpiration: 100_000_000,
  ApprovedByBeneficiary: true,
  ApprovedByNominee: false,
};
const RETURN = { ...GOOD, NewBeneficiary: "f0102", NewQuota: "0", NewExpiration: 0 };

describe("the tasks of a storage provider", () => {
  let chain: FakeFilecoin;
  beforeEach(() => {
    chain = new FakeFilecoin();
  });

  describe("every task", () => {
    for (const [miner, words] of [
      ["t01000", /start with f: check --network, or type f01000/],
      ["f01000x", /not an actor id/],
      ["f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdra", /typing mistake/],
      ["f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq", /is not a miner: type its id/],
      ["f0102", /is not a miner on this network/],
    ] as const) {
      it(`refuses ${miner.slice(0, 12)} as a miner before anything is sent`, async () => {
        for (const task of [checkMiner, status]) expect((await chain.run(task, { miner })).text).to.match(words);
        for (const task of [createVault, activate, harvest, release]) {
          const run = await chain.run(task, { ...SEND, miner });
          expect(run.text).to.match(words);
          expect(run.exitCode).to.be.oneOf([1, 64]);
        }
        expect(chain.sent).to.deep.equal([]);
      });
    }

    it("refuses an f address on Calibration, where addresses start with t", async () => {
      chain.chainId = 314_159n;
      chain.lotusName = "calibrationnet";
      const run = await chain.run(checkMiner, MINER);
      expect(run).to.include({ exitCode: 64 });
      expect(run.text).to.match(/type t01000 if that is the one you mean/);
    });

    it("prints the reason as JSON too", async () => {
      const run = await chain.runJson(checkMiner, { miner: "f0102" });
      expect(run.error).to.include({ exitCode: 1 });
      expect(run.error?.message).to.match(/is not a miner/);
      expect(run).to.include.keys("plan", "checks", "tx", "receipt", "links");
    });

    it("says that a failing node may work later", async () => {
      const { NodeUnreachableError } = await import("../../lib/index.ts");
      chain.lotus.StateMinerInfo = () => {
        throw new NodeUnreachableError("The node does not answer: try again.");
      };
      expect(await chain.run(checkMiner, MINER)).to.include({ exitCode: 69 });
    });
  });

  describe("miner check", () => {
    it("finds a miner that can be enrolled", async () => {
      const run = await chain.run(checkMiner, MINER);
      expect(run.exitCode).to.equal(0);
      expect(run.text).to.contain(`f0102 · ${OWNER_KEY.toString()}`);
      expect(run.text).to.match(/quality-adjusted power +1 TiB/);
      expect(run.text).to.contain("f01000 can be enrolled");
    });

    it("says that the owner is a contract", async () => {
      chain.miner.Owner = "f01030";
      const run = await chain.runJson(checkMiner, MINER);
      expect(run.checks.find(({ name }) => name === "owner")).to.include({ result: "fail" });
      expect(run.checks.find(({ name }) => name === "owner")?.text).to.match(
        /GLIF Agent.*remove the miner there first/,
      );
    });

    it("says who is beneficiary and must approve too", async () => {
      chain.miner.Beneficiary = "f0777";
      chain.miner.BeneficiaryTerm = { Quota: "5", UsedQuota: "1", Expiration: 6_000_000 };
      expect((await chain.run(checkMiner, MINER)).text).to.match(/f0777.* is beneficiary and must approve too/);
    });

    it("knows when the term of a beneficiary has ended", async () => {
      chain.miner.Beneficiary = "f0777";
      chain.miner.BeneficiaryTerm = { Quota: "5", UsedQuota: "5", Expiration: 6_000_000 };
      expect((await chain.run(checkMiner, MINER)).text).to.match(/term of f0777.* has ended/);
    });

    it("shows debt, and when sectors expire", async () => {
      chain.lotus.StateMinerAvailableBalance = () => (-3n * FIL).toString();
      const run = await chain.runJson(checkMiner, MINER);
      expect(run.checks.find(({ name }) => name === "debt")?.text).to.contain("3 FIL in debt");
      expect(run.plan.expiries).to.deep.equal([{ before: "2027-05-17", sectors: 8 }]);
    });

    it("works on a public gateway, and says what it cannot tell", async () => {
      chain.without(
        "StateMinerAvailableBalance",
        "StateMinerActiveSectors",
        "StateActorCodeCIDs",
        "StateLookupRobustAddress",
      );
      const run = await chain.run(checkMiner, MINER);
      expect(run.exitCode).to.equal(0);
      expect(run.text)
        .to.match(/needs a node of your own/)
        .and.match(/does not tell what kind of actor the owner is/);
    });
  });

  describe("miner create-vault", () => {
    it("prints the plan with the vault in every form, and sends nothing", async () => {
      chain.vaultExists = false;
      const run = await chain.runJson(createVault, PLAN);
      expect(run.exitCode).to.equal(0);
      expect(run.plan.vault).to.deep.equal({ id: null, f410: VAULT_F410, evm: VAULT });
      expect(run.checks.at(-1)).to.include({ name: "simulation", result: "pass" });
      expect(run.tx).to.equal(null);
      expect(chain.sent).to.deep.equal([]);
    });

    it("sends with --really-do-it and tells the receipt", async () => {
      chain.vaultExists = false;
      const run = await chain.runJson(createVault, SEND);
      expect(run.tx).to.include({ step: "Create the vault", nonce: 3, from: HOLDER });
      expect(run.receipt).to.deep.equal({ epoch: 5_000_000, success: true, gasUsed: "10000000", final: true });
      expect(chain.sent).to.have.length(1);
    });

    it("refuses a miner without a power claim in words", async () => {
      chain.vaultExists = false;
      chain.reverts.createVault = ["NoPowerClaim", [1000n]];
      const run = await chain.run(createVault, SEND);
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/f01000 has no claim with the power actor: check the number/);
      expect(chain.sent).to.deep.equal([]);
    });

    it("has nothing to do when the vault exists", async () => {
      expect((await chain.run(createVault, SEND)).text).to.match(/exists already: go on with `miner propose f01000`/);
      expect(chain.sent).to.deep.equal([]);
    });
  });

  describe("miner propose", () => {
    for (const [cli, command] of [
      [
        "lotus-miner",
        `lotus-miner actor propose-change-beneficiary --really-do-it ${VAULT_F410} 1000000000000 100000000`,
      ],
      [
        "sptool",
        `sptool --actor f01000 actor propose-change-beneficiary --really-do-it ${VAULT_F410} 1000000000000 100000000`,
      ],
      [
        "shed",
        `lotus-shed actor propose-change-beneficiary --really-do-it ${VAULT_F410} 1000000000000 100000000 f01000`,
      ],
    ] as const) {
      it(`prints the exact command of ${cli}`, async () => {
        const run = await chain.runJson(propose, { ...PROPOSE, cli });
        expect(run.exitCode).to.equal(0);
        expect(run.plan.commands).to.deep.equal([command]);
      });
    }

    it("replaces another proposal that is pending", async () => {
      chain.miner.PendingBeneficiaryTerm = { ...GOOD, NewQuota: "5" };
      const run = await chain.runJson(propose, PROPOSE);
      expect(String(run.plan.commands)).to.contain("--really-do-it --overwrite-pending-change f410");
    });

    it("prints the message of a multisig, with the parameters in CBOR", async () => {
      chain.miner.Owner = "f0103";
      const run = await chain.runJson(propose, PROPOSE);
      expect(run.plan.commands).to.deep.equal([
        `lotus msig propose --from ${OWNER_KEY.toString()} ${MULTISIG.toString()} f01000 0 30 ` +
          `8356040a${VAULT.slice(2)}4e000c9f2c9cd04674edea400000001a05f5e100`,
      ]);
    });

    it("prints an unsigned message for offline signing", async () => {
      const run = await chain.runJson(propose, { ...PROPOSE, cli: "offline" });
      const [command] = run.plan.commands as [string];
      expect(JSON.parse(command)).to.deep.include({
        To: "f01000",
        From: OWNER_KEY.toString(),
        Nonce: 7,
        Method: 30,
        GasLimit: 6_000_000,
        Params: Buffer.from(String(run.plan.params), "hex").toString("base64"),
      });
    });

    it("proposes the return to the owner with no quota and no term", async () => {
      const run = await chain.enrol().runJson(propose, { ...PROPOSE, return: true });
      expect(run.plan.commands).to.deep.equal([
        "lotus-miner actor propose-change-beneficiary --really-do-it f0102 0 0",
      ]);
    });

    it("sends by the node whose wallet holds the owner's key", async () => {
      chain.wallet.push(OWNER_KEY);
      expect((await chain.run(propose, { ...PROPOSE, send: true })).text).to.contain("Nothing was sent");
      expect(chain.sent).to.deep.equal([]);
      const run = await chain.runJson(propose, { ...PROPOSE, send: true, reallyDoIt: true });
      expect(run.tx).to.include({ hash: "bafymessage", from: OWNER_KEY.toString() });
      expect(chain.sent).to.have.length(1);
      expect(chain.sent[0]).to.have.nested.property("message.Method", 30);
    });

    it("refuses to send without the owner's key", async () => {
      const run = await chain.run(propose, { ...PROPOSE, send: true, reallyDoIt: true });
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/does not hold the key.*print the command/);
    });

    it("refuses tools that cannot sign for such an owner", async () => {
      expect((await chain.run(propose, { ...PROPOSE, cli: "msig" })).text).to.match(
        /owner is an account, not a multisig/,
      );
      chain.miner.Owner = "f0103";
      expect((await chain.run(propose, { ...PROPOSE, cli: "sptool" })).text).to.match(/Use --cli msig/);
      chain.miner.Owner = "f01030";
      expect((await chain.run(propose, PROPOSE)).text).to.match(/remove the miner there first/);
      expect(await chain.run(propose, { ...PROPOSE, cli: "ledger" })).to.include({ exitCode: 64 });
    });

    it("wants the vault on chain first", async () => {
      chain.vaultExists = false;
      const run = await chain.run(propose, PROPOSE);
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/not on chain yet: run `miner create-vault f01000`/);
    });

    it("knows when exactly this is proposed already", async () => {
      chain.miner.PendingBeneficiaryTerm = GOOD;
      expect((await chain.run(propose, PROPOSE)).text).to.match(/proposed already: go on with `miner activate f01000`/);
    });
  });

  describe("miner watch", () => {
    const WATCH = { ...MINER, minutes: "0" } as const;

    it("compares a good proposal field by field", async () => {
      chain.miner.PendingBeneficiaryTerm = GOOD;
      const run = await chain.runJson(watch, WATCH);
      expect(run.exitCode).to.equal(0);
      expect(run.plan.fields).to.deep.equal([
        { field: "nominee", expected: "f01011", proposed: "f01011", ok: true },
        { field: "quota", expected: "1000000000000 FIL", proposed: "1000000000000 FIL", ok: true },
        { field: "expiration", expected: "epoch 100000000", proposed: "epoch 100000000", ok: true },
      ]);
    });

    for (const [what, change, words] of [
      ["a quota that somebody lowered", { NewQuota: FIL.toString() }, /Quota too low.*--overwrite-pending-change/],
      ["another nominee", { NewBeneficiary: "f0777" }, /names f0777 instead of the vault f01011/],
      ["a term that ends too early", { NewExpiration: 6_000_000 }, /ends too early/],
      ["a proposal that has expired", { NewExpiration: 4_000_000 }, /has expired \(epoch 4000000, now 5000000\)/],
    ] as const) {
      it(`refuses ${what}`, async () => {
        chain.miner.PendingBeneficiaryTerm = { ...GOOD, ...change };
        const run = await chain.run(watch, WATCH);
        expect(run.exitCode).to.equal(1);
        expect(run.text).to.match(words);
      });
    }

    it("waits until something is proposed", async () => {
      let asked = 0;
      const { StateMinerInfo } = chain.lotus;
      chain.lotus.StateMinerInfo = (...params) => {
        asked += 1;
        if (asked === 3) chain.miner.PendingBeneficiaryTerm = GOOD;
        return StateMinerInfo?.(...params);
      };
      expect((await chain.run(watch, { ...WATCH, minutes: "5" })).text).to.match(/Next: `miner activate f01000`/);
      expect(asked).to.equal(3);
    });

    it("gives up when nothing is proposed, and says that it may work later", async () => {
      expect(await chain.run(watch, { ...WATCH, minutes: "1" })).to.include({ exitCode: 69 });
    });
  });

  describe("miner activate", () => {
    it("activates, and tells what changes for the owner", async () => {
      chain.miner.PendingBeneficiaryTerm = GOOD;
      chain.onSent = () => chain.enrol();
      const run = await chain.run(activate, SEND);
      expect(run.exitCode).to.equal(0);
      expect(run.text).to.contain("`actor withdraw` now pays the vault: use `miner withdraw`.");
    });

    it("refuses before anything is sent when a field of the proposal is wrong", async () => {
      chain.miner.PendingBeneficiaryTerm = { ...GOOD, NewExpiration: 4_000_000 };
      const run = await chain.run(activate, SEND);
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/has expired/);
      expect(chain.sent).to.deep.equal([]);
    });

    it("refuses when nothing is proposed, or the vault is the beneficiary already", async () => {
      expect((await chain.run(activate, SEND)).text).to.match(/Nothing is proposed on f01000/);
      expect((await chain.enrol().run(activate, SEND)).text).to.match(/already: nothing is left to do/);
    });

    it("says that the present beneficiary has to approve too", async () => {
      chain.miner.Beneficiary = "f0777";
      chain.miner.PendingBeneficiaryTerm = { ...GOOD, ApprovedByBeneficiary: false };
      const run = await chain.run(activate, SEND);
      expect(run.text).to.match(/f0777.* has to approve too/);
    });
  });

  describe("miner operator, withdraw: what only the owner may do", () => {
    beforeEach(() => chain.enrol());

    it("are printed as the owner's command for the Lotus tools", async () => {
      const run = await chain.runJson(withdraw, { ...PLAN, amount: "1.5", output: "lotus" });
      expect(run.exitCode).to.equal(0);
      expect(run.plan.commands).to.have.length(1);
      expect(String(run.plan.commands)).to.match(
        new RegExp(`^lotus send --from ${OWNER_KEY.toString()} --params-hex [0-9a-f]{72} ${VAULT} 0$`),
      );
    });

    it("are printed as a proposal of a multisig, with wrapped calldata", async () => {
      chain.miner.Owner = "f0103";
      const run = await chain.runJson(withdraw, { ...PLAN, amount: "1afil", output: "lotus" });
      expect(String(run.plan.commands)).to.match(
        new RegExp(
          `^lotus msig propose --from ${OWNER_KEY.toString()} ${MULTISIG.toString()} ${VAULT_F410} 0 3844450837 5824`,
        ),
      );
    });

    it("are sent by the node whose wallet holds the owner's key", async () => {
      chain.wallet.push(OWNER_KEY);
      const run = await chain.runJson(setOperator, { ...SEND, operator: STRANGER });
      expect(run.tx).to.include({ hash: "bafymessage", from: OWNER_KEY.toString() });
      expect(chain.sent[0]).to.have.nested.property("message.Method", 3_844_450_837);
    });

    it("are refused to others, by the contract's reason in words", async () => {
      chain.reverts.withdrawToOwner = ["NotOwnerOrOperator", [102n, HOLDER]];
      const run = await chain.run(withdraw, { ...SEND, amount: "25" });
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/neither the owner \(f0102\) nor its operator/);
      expect(chain.sent).to.deep.equal([]);
    });

    it("name an operator in the form that contracts know it by", async () => {
      const run = await chain.runJson(setOperator, { ...PLAN, operator: "f01021" });
      expect(run.plan.operator).to.equal(STRANGER);
      const key = await chain.runJson(setOperator, { ...PLAN, operator: OWNER_KEY.toString() });
      expect(String(key.plan.operator).toLowerCase()).to.equal("0xff00000000000000000000000000000000000066");
    });

    it("refuse an operator that has no id yet", async () => {
      const run = await chain.run(setOperator, { ...PLAN, operator: "f12fiakbhe2gwd5cnmrenekasyn6v5tnaxaqizq6a" });
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/has no id yet: send a little FIL to it first/);
    });

    for (const amount of ["0", "0.1afil", "-5", "1e3", "5 dollars"]) {
      it(`refuse the amount "${amount}"`, async () => {
        expect(await chain.run(withdraw, { ...SEND, amount })).to.include({ exitCode: 64 });
        expect(chain.sent).to.deep.equal([]);
      });
    }
  });

  describe("miner harvest", () => {
    beforeEach(() => chain.enrol());

    it("measures, then takes what is owed, and tells what arrived", async () => {
      chain.events = [
        { contract: NFT, name: "Harvested", args: [1000n, 7n * FIL, 0n] },
        { contract: NFT, name: "Synced", args: [1000n, 1n, 2n, 9n * FIL, 7n * FIL, 5n] },
      ];
      const run = await chain.runJson(harvest, SEND);
      expect(chain.sent).to.have.length(2);
      expect(run.plan).to.include({ arrived: (14n * FIL).toString(), measured: (18n * FIL).toString() });
    });

    it("says when the miner refused the withdrawal", async () => {
      chain.events = [{ contract: VAULT, name: "WithdrawalRefused", args: [1000n, 19n] }];
      const run = await chain.runJson(harvest, SEND);
      expect(run.checks.find(({ name }) => name === "refused")?.text).to.match(/fee debt.*Nothing is lost/);
    });

    it("refuses a miner whose vault is not its beneficiary", async () => {
      chain.miner.Beneficiary = "f0777";
      expect((await chain.run(harvest, SEND)).text).to.match(/beneficiary of f01000 is f0777, not its vault/);
    });

    it("follows a replaced transaction by its nonce", async () => {
      chain.onSent = () => {
        chain.replaced = true;
      };
      const run = await chain.run(harvest, SEND);
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/was replaced by another one with the same nonce/);
    });
  });

  describe("miner status", () => {
    it("shows what is earned, owed, payable and in arrears", async () => {
      chain.enrol().addNft(1n, HOLDER, { payable: 3n * FIL, unpaid: 2n * FIL });
      chain.replies.minerAccount = () =>
        account({ living: 1n, earned: 5n * FIL, covered: 3n * FIL, owed: 2n * FIL, arrears: FIL });
      chain.replies.solvency = () => ({
        cash: 3n * FIL,
        liabilities: 3n * FIL,
        earned: 5n * FIL,
        covered: 3n * FIL,
        owed: 2n * FIL,
      });
      const run = await chain.runJson(status, MINER);
      expect(run.plan).to.include({
        earned: (5n * FIL).toString(),
        owed: (2n * FIL).toString(),
        arrears: FIL.toString(),
      });
      expect(run.plan.nfts).to.have.length(1);
      expect(run.checks.map(({ name, result }) => [name, result])).to.deep.equal([
        ["solvency", "pass"],
        ["identity", "pass"],
        ["arrears", "warn"],
      ]);
    });

    it("tells when the oracle spoke last, and warns when that is long ago (R-ORC-6)", async () => {
      chain.enrol();
      const fresh = await chain.runJson(status, MINER);
      expect(fresh.plan.oracle).to.deep.equal({ lastFrame: 1735, stale: false });
      expect(fresh.checks.map(({ name }) => name)).not.to.include("oracle");
      chain.replies.isStale = () => true;
      chain.replies.lastFrame = () => 0n;
      const run = await chain.run(status, MINER);
      expect(run.text)
        .to.match(/last report +none yet/)
        .and.to.match(/no new NFT begins to earn until it does/);
    });

    it("warns when the deadline of the sync has passed", async () => {
      chain.enrol().replies.minerAccount = () => account({ syncDeadline: 4_999_999n });
      expect((await chain.run(status, MINER)).text).to.match(/deadline of the sync has passed/);
    });

    it("fails the check when there is less cash than can be claimed", async () => {
      chain.enrol().replies.solvency = () => ({ cash: 1n, liabilities: 2n, earned: 0n, covered: 0n, owed: 0n });
      const run = await chain.runJson(status, MINER);
      expect(run.checks.find(({ name }) => name === "solvency")).to.include({ result: "fail" });
    });
  });

  describe("miner release", () => {
    beforeEach(() => chain.enrol());

    it("releases when the owner has proposed it and nothing is alive", async () => {
      chain.miner.PendingBeneficiaryTerm = RETURN;
      chain.onSent = () => {
        chain.miner.Beneficiary = "f0102";
      };
      expect((await chain.run(release, SEND)).text).to.match(/f01000 is its owner's again/);
    });

    it("refuses while NFTs are alive, and says what is owed", async () => {
      chain.miner.PendingBeneficiaryTerm = RETURN;
      chain.replies.minerAccount = () => account({ living: 3n, owed: 12n * FIL, earned: 12n * FIL });
      const run = await chain.run(release, SEND);
      expect(run.exitCode).to.equal(1);
      expect(run.text).to.match(/3 NFTs of f01000 are alive, and 12 FIL still owed/);
      expect(chain.sent).to.deep.equal([]);
    });

    it("refuses without the owner's proposal, and names the command", async () => {
      expect((await chain.run(release, SEND)).text).to.match(/see `miner propose f01000 --return`/);
      expect(chain.sent).to.deep.equal([]);
    });
  });
});
