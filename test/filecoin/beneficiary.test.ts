import { expect } from "chai";

import { FIL } from "./index.ts";
import { idBytes } from "./cbor.ts";
import {
  address,
  amount,
  beneficiary,
  code,
  enrol,
  METHOD,
  MINER,
  OWNER,
  PROBE,
  setting,
  type Setting,
  STRANGER,
  terms,
} from "./setup.ts";

describe("the simulated beneficiary", () => {
  let s: Setting;
  const propose = async (from: bigint, params: string) =>
    code(await s.fil.native({ from, to: MINER, method: METHOD.changeBeneficiaryNative, params }));
  const approve = async (params: string) => code(await s.probe.call(MINER, METHOD.changeBeneficiary, params));

  beforeEach(async () => {
    s = await setting();
  });

  it("needs only the nominee while the owner is the beneficiary", async () => {
    const params = terms(PROBE, FIL(5), 100_000n);
    expect(await propose(OWNER, params)).to.equal(0n);
    expect(await approve(params)).to.equal(0n);
    const { id, quota, pending } = await beneficiary(s.fil);
    expect([id, quota, pending]).to.deep.equal([idBytes(PROBE), FIL(5), false]);
  });

  it("takes the nominee by its Ethereum address too", async () => {
    expect(await propose(OWNER, terms(s.probe.address, FIL(5), 9n))).to.equal(0n);
    expect(await approve(terms(PROBE, FIL(5), 9n))).to.equal(0n);
  });

  it("is proposed by the owner alone", async () => {
    expect(await propose(STRANGER, terms(STRANGER, FIL(5), 9n))).to.equal(18n);
  });

  it("is approved by nobody else, whatever terms they repeat", async () => {
    await propose(OWNER, terms(PROBE, FIL(5), 9n));
    expect(await propose(STRANGER, terms(PROBE, FIL(5), 9n))).to.equal(18n);
    expect(await propose(STRANGER, terms(PROBE, FIL(6), 9n))).to.equal(18n);
  });

  it("refuses an approval of other terms", async () => {
    await propose(OWNER, terms(PROBE, FIL(5), 9n));
    expect(await approve(terms(PROBE, FIL(5), 8n))).to.equal(16n);
    expect(await approve(terms(PROBE, FIL(4), 9n))).to.equal(16n);
    expect(await approve(terms(OWNER, FIL(5), 9n))).to.equal(16n);
  });

  it("refuses a quota of nothing for another and any quota for the owner", async () => {
    expect(await propose(OWNER, terms(PROBE, 0n, 9n))).to.equal(16n);
    expect(await propose(OWNER, terms(OWNER, 1n, 0n))).to.equal(16n);
    expect(await propose(OWNER, terms(OWNER, 0n, 1n))).to.equal(16n);
  });

  it("needs the old beneficiary and the nominee while a term is active", async () => {
    await enrol(s);
    expect(await propose(OWNER, terms(STRANGER, FIL(5), 100_000n))).to.equal(0n);
    expect(await propose(STRANGER, terms(STRANGER, FIL(5), 100_000n))).to.equal(0n);
    expect((await beneficiary(s.fil)).pending).to.equal(true);
    expect(await approve(terms(STRANGER, FIL(5), 100_000n))).to.equal(0n);
    expect((await beneficiary(s.fil)).id).to.deep.equal(idBytes(STRANGER));
  });

  it("needs only the nominee once the term has expired", async () => {
    await enrol(s, FIL(5), (await s.fil.epoch()) + 5n);
    await s.fil.mine(10n);
    await propose(OWNER, terms(STRANGER, FIL(5), 100_000n));
    expect(await propose(STRANGER, terms(STRANGER, FIL(5), 100_000n))).to.equal(0n);
    expect((await beneficiary(s.fil)).id).to.deep.equal(idBytes(STRANGER));
  });

  it("goes back to the owner at once when the quota is used up", async () => {
    await enrol(s, FIL(5));
    await s.probe.call(MINER, METHOD.withdraw, amount(FIL(5)));
    expect(await propose(OWNER, terms(OWNER, 0n, 0n))).to.equal(0n);
    expect((await beneficiary(s.fil)).id).to.deep.equal(idBytes(OWNER));
  });

  it("goes back to the owner with one approval while the term is active", async () => {
    await enrol(s);
    expect(await propose(OWNER, terms(OWNER, 0n, 0n))).to.equal(0n);
    expect((await beneficiary(s.fil)).id).to.deep.equal(idBytes(PROBE));
    expect(await approve(terms(OWNER, 0n, 0n))).to.equal(0n);
    expect((await beneficiary(s.fil)).id).to.deep.equal(idBytes(OWNER));
  });

  it("keeps what was used when the same one is renewed", async () => {
    await enrol(s);
    await s.probe.call(MINER, METHOD.withdraw, amount(FIL(3)));
    const params = terms(PROBE, FIL(50), 200_000n);
    await propose(OWNER, params);
    expect(await approve(params)).to.equal(0n);
    const { quota, used } = await beneficiary(s.fil);
    expect([quota, used]).to.deep.equal([FIL(50), FIL(3)]);
  });

  it("survives a change of the owner if it is a third party", async () => {
    await enrol(s);
    await s.fil.native({ from: OWNER, to: MINER, method: METHOD.changeOwnerNative, params: address(STRANGER) });
    await s.fil.native({ from: STRANGER, to: MINER, method: METHOD.changeOwnerNative, params: address(STRANGER) });
    expect((await beneficiary(s.fil)).id).to.deep.equal(idBytes(PROBE));
  });

  it("follows a change of the owner if it is the owner", async () => {
    await s.fil.native({ from: OWNER, to: MINER, method: METHOD.changeOwnerNative, params: address(STRANGER) });
    await s.fil.native({ from: STRANGER, to: MINER, method: METHOD.changeOwnerNative, params: address(STRANGER) });
    expect((await beneficiary(s.fil)).id).to.deep.equal(idBytes(STRANGER));
  });

  it("loses its pending change when the owner changes", async () => {
    await propose(OWNER, terms(PROBE, FIL(5), 100_000n));
    await s.fil.native({ from: OWNER, to: MINER, method: METHOD.changeOwnerNative, params: address(STRANGER) });
    expect((await beneficiary(s.fil)).pending).to.equal(true);
    await s.fil.native({ from: STRANGER, to: MINER, method: METHOD.changeOwnerNative, params: address(STRANGER) });
    expect((await beneficiary(s.fil)).pending).to.equal(false);
    expect(await approve(terms(PROBE, FIL(5), 100_000n))).to.equal(18n);
  });
});
