import { expect } from "chai";
import hre from "hardhat";

import { bigIntBytes, bigIntFromBytes, bytes, decodeCbor, encodeCbor, idBytes } from "./cbor.ts";
import { exitOf, golden, type Row } from "./golden.ts";
import { FIL, type Filecoin, installFilecoin, maskedAddress, rawOf, setCodeOf } from "./index.ts";
import { Probe, probeArtifact } from "./probe.ts";

const MINER = 1000n;
const FAUCET = 101n;
const OWNER = 102n;
const CONTRACT = 1004n;
const PROBE_1 = "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512";
const PROBE_2 = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const ADMIN = "0x9e545e3c0baab3e08cdfd552c960a1050f373042";
const EXPIRATION = 0x381591n;
const OWNER_KEYS = /^f3(rmhnxcc|ujw4uf3)/;

const first = golden("golden");
const second = golden("golden2");
const replayed = new Set<Row>();

interface World {
  fil: Filecoin;
  probe: Probe;
}

/** A network with the recorded accounts, the recorded contract at its address, and a miner like the recorded one. */
async function world(address: string, sectors: bigint, balance: bigint): Promise<World> {
  const { provider } = await hre.network.create();
  const fil = await installFilecoin(provider, { firstId: 1010n });
  for (const id of [FAUCET, OWNER]) await fil.createAccount({ id });
  await fil.createMiner({
    id: MINER,
    owner: OWNER,
    balance,
    provingPeriodStart: 658n,
    // Two to a deadline, a pledge of one attoFIL each.
    sectors: Array.from({ length: Number(sectors / 2n) }, (_, i) => ({
      first: 1n + 2n * BigInt(i),
      count: 2n,
      deadline: BigInt(i),
      activation: 0n,
      expiration: EXPIRATION,
      pledge: 1n,
    })),
  });
  // The recorded network's first claim was this much short of its sectors' power.
  await fil.setClaim(MINER, 2048n * sectors, 20479n * sectors);
  await setCodeOf(provider, address, "Parrot");
  await fil.registerEvm(address, CONTRACT);
  await fil.setBalance(address, FIL(1000));
  const [from] = (await provider.request({ method: "eth_accounts" })) as string[];
  return { fil, probe: new Probe(provider, address, from ?? "", probeArtifact().abi) };
}

function senderOf(row: Row): bigint {
  // Rows that name no sender: the multisig's come from its first signer, the miner's from its owner.
  if (row.from === undefined) return row.to === "f01000" ? OWNER : FAUCET;
  return OWNER_KEYS.test(row.from) ? OWNER : FAUCET;
}

function receiverOf(row: Row): bigint | string {
  const to = row.to ?? "";
  return to.startsWith("f410") ? PROBE_2 : BigInt(to.slice(2));
}

/** Sends or asks what the row says, in its epoch if it has one that is not past, and compares the answers. */
async function replay({ fil, probe }: World, row: Row): Promise<void> {
  replayed.add(row);
  const at = BigInt(row.height ?? row.block ?? 0);
  if (at > (await fil.epoch()) + 1n && row.kind !== "peek") await fil.mineTo(at - 1n);
  const [target, method, params] = [BigInt(row.target ?? 0), BigInt(row.method ?? 0), row.params ?? "0x"];
  const options = { flags: BigInt(row.flags ?? 0), value: BigInt(row.value ?? 0) };
  if (row.kind === "peek") {
    const answer = await probe.peek(target, method, params, options);
    expect(answer !== undefined).to.equal(row.ok);
    if (answer) expect(plain(answer)).to.deep.equal({ exit: row.exit, codec: row.codec, ret: row.ret });
  } else if (row.kind === "call") {
    const answer = await probe.call(target, method, params, options);
    expect(answer && plain(answer)).to.deep.equal({ exit: row.exit, codec: row.codec, ret: row.ret });
  } else if (row.kind === "native") {
    const answer = await fil.native({ from: senderOf(row), to: receiverOf(row), method, params });
    expect(answer.exitCode).to.equal(exitOf(row));
    if (row.ret !== undefined) expect(answer.ret).to.equal(row.ret);
  } else if (row.kind === "evmcall") {
    const answer = await probe.evmCall(row.to ?? "", BigInt(row.value ?? 0), row.data);
    expect(answer).to.deep.equal({ ok: row.ok, ret: row.ret });
  } else {
    throw new Error(`${row.label}: what kind of row is this?`);
  }
}

function plain(answer: { exitCode: bigint; codec: bigint; ret: string }): { exit: string; codec: string; ret: string } {
  return { exit: String(answer.exitCode), codec: String(answer.codec), ret: answer.ret };
}

function table(ret: string | undefined): Map<bigint, bigint> {
  const [entries] = decodeCbor(ret ?? "0x") as [[bigint, Uint8Array][]];
  return new Map(entries.map(([epoch, amount]) => [epoch, bigIntFromBytes(amount)]));
}

function entriesOf(ret: string | undefined): { epoch: bigint; amount: bigint }[] {
  return [...table(ret)].map(([epoch, amount]) => ({ epoch, amount }));
}

function sum(amounts: Iterable<bigint>): bigint {
  return [...amounts].reduce((a, b) => a + b, 0n);
}

/** Sets what the network expects so that the fault fee of this power leads to the recorded fee. */
async function expectFee(fil: Filecoin, power: bigint, fee: bigint): Promise<void> {
  const faultFee = (fee * 100n + 104n) / 105n;
  await fil.setExpectedPerByte(((faultFee << 128n) + power - 1n) / power);
}

const labelled = (rows: Row[], label: string): Row => {
  const row = rows.find((r) => r.label === label);
  if (!row) throw new Error(`no row ${label}`);
  return row;
};

describe("recorded answers of the real network", () => {
  describe("of a fresh miner", () => {
    let w: World;
    before(async () => {
      w = await world(PROBE_1, 2n, FIL(1));
      await w.fil.setCronActive(MINER, false);
      const entries = entriesOf(labelled(first, "miner GetVestingFunds").ret);
      await w.fil.setVesting(MINER, entries);
      const free = bigIntFromBytes(decodeCbor(labelled(first, "miner GetAvailableBalance").ret ?? ""));
      await w.fil.setBalance(MINER, free + sum(entries.map((e) => e.amount)) + 2n);
    });

    for (const row of first.slice(0, 40)) it(row.label, () => replay(w, row));

    for (const row of first.filter((r) => r.label.startsWith("ext ") && r.label !== "ext probe masked"))
      it(row.label, async () => {
        replayed.add(row);
        const id = { "ext miner": MINER, "ext account": OWNER }[row.label] ?? 999999n;
        await w.fil.setBalance(id, BigInt(row.balance ?? 0));
        const { codehash, size, balance } = await w.probe.look(maskedAddress(id));
        expect(String(balance)).to.equal(row.balance);
        // A native actor's code is not the chain's here: it has to move the actor's FIL.
        if (id !== MINER) expect([codehash, String(size)]).to.deep.equal([row.codehash, row.size]);
      });

    for (const row of first.filter((r) => r.label.startsWith("pre ")))
      it(row.label, async () => {
        replayed.add(row);
        const number = row.label.startsWith("pre resolve") ? 1 : row.label.startsWith("pre delegated") ? 2 : 5;
        if (number === 5) {
          const direct = await w.probe.evmStaticCall("0xfe00000000000000000000000000000000000005", row.in);
          expect(direct).to.deep.equal({ ok: row.ok, ret: row.out });
        } else expect(await w.probe.precompile(number, row.in ?? "0x")).to.equal(row.ok === true ? row.out : undefined);
      });
  });

  describe("of a first enrolment and its withdrawals", () => {
    let w: World;
    before(async () => {
      w = await world(PROBE_1, 2n, FIL(12_000));
      await w.fil.mineTo(2300n);
    });

    for (const row of first.slice(52, 69)) {
      if (row.receipt === undefined) it(row.label, () => replay(w, row));
      else if (row.label === "native propose")
        it(row.label, async () => {
          replayed.add(row);
          const terms = labelled(first, "approve ok").params ?? "";
          const done = await w.fil.native({ from: OWNER, to: MINER, method: 30n, params: terms });
          expect([done.exitCode, done.ret]).to.deep.equal([0n, "0x"]);
        });
      else
        it(row.label, async () => {
          replayed.add(row);
          const params = encodeCbor([bigIntBytes(1n)]);
          const done = await w.fil.native({ from: OWNER, to: MINER, method: 16n, params });
          expect(done.exitCode).to.equal(exitOf(row));
        });
    }

    it("native InvokeEVM: the contract sees the masked id of the sender", async () => {
      const [done, who] = [labelled(first, "native InvokeEVM"), labelled(first, "native InvokeEVM who")];
      for (const row of [done, who]) replayed.add(row);
      await w.probe.teach("0x19ff1d21", false, "0x");
      const sent = await w.fil.native({ from: OWNER, to: PROBE_1, method: 3844450837n, params: "0x4419ff1d21" });
      expect([sent.exitCode, sent.ret]).to.deep.equal([0n, "0x40"]);
      expect((await w.probe.lastCall()).toString()).to.equal(who.who?.[0]);
    });
  });

  describe("of owners, beneficiaries, withdrawals and multisigs", () => {
    let w: World;
    before(async () => {
      w = await world(PROBE_2, 8n, FIL(5000));
      for (const [id, raw, threshold] of [
        [1005n, "0x0213560646ad8bc9c4eeba8bdae26b5236dc5772e3", 1n],
        [1006n, "0x0275ee8b3dd05f512da0e79ffdd1463f5d57f1ebf9", 2n],
      ] as const) {
        const signers = threshold === 1n ? [FAUCET] : [FAUCET, OWNER];
        await w.fil.createMultisig({ id, raw, signers, threshold, balance: FIL(2) });
      }
      const boom = labelled(second, "msig1 propose boom(2) custom error").ret ?? "";
      const [, , , wrapped] = decodeCbor(boom) as [bigint, boolean, bigint, Uint8Array];
      const thrown = decodeCbor("0x" + Buffer.from(wrapped).toString("hex")) as Uint8Array;
      await setCodeOf(w.fil.provider, ADMIN, "Parrot");
      await w.probe.teach("0x19ff1d21", false, "0x");
      await w.probe.teach("0xb443a085", true, "0x" + Buffer.from(thrown).toString("hex"));
    });

    const rows = second.slice(0, 119).filter((row) => !row.label.startsWith("MsigCreate"));
    for (const row of rows)
      it(row.label, async () => {
        // What was there to withdraw is what the withdrawal of everything says.
        if (row.label === "withdraw everything by vault") {
          await w.fil.setBalance(MINER, bigIntFromBytes(decodeCbor(row.ret ?? "")) + 8n);
        }
        // The next recorded state has two FIL more used than the recorded calls before it say.
        if (row.label === "GetBeneficiary under msig owner") {
          await w.fil.setBalance(MINER, FIL(2) + 8n);
          const done = await w.probe.call(MINER, 2280458852n, encodeCbor([bigIntBytes(FIL(2))]));
          expect(done?.exitCode).to.equal(0n);
        }
        await replay(w, row);
      });
  });

  describe("of terminated and compacted sectors", () => {
    let w: World;
    before(async () => {
      w = await world(PROBE_2, 48n, FIL(5000));
    });

    for (const row of [...second.slice(119, 136), ...second.slice(142, 147), ...second.slice(149, 170)]) {
      it(row.label, () => replay(w, row));
    }
  });

  describe("of a new miner with its creation deposit", () => {
    let w: World;
    const NEW = labelled(second, "GetVestingFunds of new miner (deposit)");

    before(async () => {
      w = await world(PROBE_2, 48n, FIL(5000));
      await w.fil.setCreation(sum(table(NEW.ret).values()), 428n);
      await w.fil.mineTo(7883n);
      const raw = { raw: rawOf(FAUCET) };
      const params = encodeCbor([bytes(raw.raw), bytes(raw.raw), 5n, new Uint8Array(), []]);
      const done = await w.fil.native({ from: FAUCET, to: 4n, method: 2n, value: FIL(2000), params });
      expect(done.exitCode).to.equal(0n);
      const [id] = decodeCbor(done.ret) as [Uint8Array, Uint8Array];
      expect(id).to.deep.equal(idBytes(1010n));
    });

    for (const row of second.slice(137, 142)) it(row.label, () => replay(w, row));
  });

  describe("of termination fees", () => {
    let w: World;
    before(async () => {
      w = await world(PROBE_2, 48n, FIL(1_000_000));
    });

    for (const row of second.filter((r) => r.method === 4127382196 && r !== second[131]))
      it(row.label, async () => {
        const [power] = decodeCbor(row.params ?? "") as [Uint8Array, Uint8Array];
        await expectFee(w.fil, bigIntFromBytes(power), bigIntFromBytes(decodeCbor(row.ret ?? "")));
        await replay(w, row);
      });
  });

  describe("of withdrawals after real terminations", () => {
    let w: World;
    before(async () => {
      w = await world(PROBE_2, 48n, FIL(1_000_000));
      const terms = labelled(second, "propose").params ?? "";
      await w.fil.native({ from: OWNER, to: MINER, method: 30n, params: terms });
      await w.probe.call(MINER, 1570634796n, terms);
    });

    for (const label of [
      "native TerminateSectors 1 with real fee",
      "vault withdraw after real termination one",
      "native TerminateSectors 17 with real fee",
      "vault withdraw after real termination most",
      "withdraw again full table",
    ])
      it(label, () => replay(w, labelled(second, label)));

    it("tx GetVestingFunds 360 entries", async () => {
      const row = labelled(second, "tx GetVestingFunds 360 entries");
      const other = await world(PROBE_2, 48n, FIL(1));
      await other.fil.setCronActive(MINER, false);
      await other.fil.setVesting(MINER, entriesOf(row.ret));
      await replay(other, row);
    });

    for (const label of ["one", "most"])
      for (const when of ["before", "after"])
        it(`GetAvailableBalance ${when} ${label}`, async () => {
          const row = labelled(second, `GetAvailableBalance ${when} ${label}`);
          const { locked, pledge } = await w.fil.ledgerOf(MINER);
          await w.fil.setBalance(MINER, bigIntFromBytes(decodeCbor(row.ret ?? "")) + locked + pledge);
          await replay(w, row);
        });
  });

  describe("of vesting tables between two readings", () => {
    /** Plays the rewards and burns between two readings and returns the table that comes out. */
    async function play(before: Row, after: Row, early: bigint[], late: bigint[]): Promise<Map<bigint, bigint>> {
      const { fil, probe } = await world(PROBE_2, 48n, FIL(10_000_000));
      await fil.mineTo(BigInt(before.height ?? 0) - 1n);
      await fil.setVesting(MINER, entriesOf(before.ret));
      await replay({ fil, probe }, before);
      const start = BigInt(before.height ?? 0);
      for (const [i, amount] of early.entries()) await fil.award(MINER, amount, { epoch: start + BigInt(i) });
      await fil.penalise(MINER, BigInt(after.burnedBetween ?? 0));
      for (const [i, amount] of late.entries()) {
        await fil.award(MINER, amount, { epoch: start + BigInt(early.length + i) });
      }
      replayed.add(after);
      return table((await fil.read(MINER, 1726876304n)).ret);
    }

    /** Every bucket as recorded: within an attoFIL a reward in the middle, within 0.1 % where single rewards matter. */
    function compare(played: Map<bigint, bigint>, before: Row, after: Row): void {
      const [start, real] = [table(before.ret), table(after.ret)];
      expect([...played.keys()]).to.deep.equal([...real.keys()]);
      const rounding = 2n * BigInt(after.rewardsBetween ?? 0);
      const edges = [...[...real.keys()].slice(0, 6), ...[...real.keys()].slice(-2)];
      for (const [epoch, amount] of real) {
        const off = (played.get(epoch) ?? 0n) - amount;
        const grown = amount - (start.get(epoch) ?? 0n);
        const single = edges.includes(epoch) || grown < 0n;
        const allowed = single ? (grown < 0n ? -grown : grown) / 500n + rounding : rounding;
        expect(off < 0n ? -off : off, `bucket ${epoch}`).to.be.at.most(allowed);
      }
      const total = sum(played.values()) - sum(real.values());
      expect(total < 0n ? -total : total).to.be.at.most(rounding);
    }

    /** The rewards before and after the burn: what the far buckets say came after it, each part spread evenly. */
    function spread(total: bigint, parts: number): bigint[] {
      const each = total / BigInt(parts);
      return Array.from({ length: parts }, (_, i) => (i === 0 ? total - each * BigInt(parts - 1) : each));
    }

    it("a fault fee eats the nearest buckets", async () => {
      const [b, a] = [second[188], second[189]] as [Row, Row];
      // The bucket of the second step holds rewards after the burn alone: a 240th of them.
      const late = (table(a.ret).get(65458n) ?? 0n) * 240n;
      const gross = BigInt(a.grossRewardsBetween ?? 0);
      compare(await play(b, a, spread(gross - late, 13), spread(late, 7)), b, a);
    });

    it("a mass termination eats sixty days", async () => {
      const [b, a] = [second[190], second[191]] as [Row, Row];
      const late = (table(a.ret).get(66898n) ?? 0n) * 240n;
      const gross = BigInt(a.grossRewardsBetween ?? 0);
      compare(await play(b, a, spread(gross - late, 1), spread(late, 10)), b, a);
    });

    it("a quiet hour only adds", async () => {
      const [b, a] = [second[192], second[193]] as [Row, Row];
      compare(await play(b, a, spread(BigInt(a.grossRewardsBetween ?? 0), 60), []), b, a);
    });
  });

  describe("as a whole", () => {
    it("leaves out no row but those that are no business of these actors", () => {
      const outside = [...first, ...second].filter((row) => !replayed.has(row)).map((row) => row.label);
      expect(outside).to.deep.equal([
        // Code hash and size of a masked id: an EVM has no code there that is the contract's.
        "ext probe masked",
        // The init actor; multisigs are made by the driver.
        "MsigCreate 1 of 1",
        "MsigCreate 2 of 2",
        // Recorded without its parameters; "of a new miner" plays it.
        "native CreateMiner 2000 FIL",
        // Proposals that were not recorded, to an AccessManager that was not recorded.
        "msig2 setTargetFunctionRole(T.set -> role 7)",
        "msig2 grantRole(7, msig, delay 600 s)",
        "msig2 T.set direct without schedule (must fail)",
        "msig2 schedule T.set",
        "msig2 execute too early (must fail)",
        "msig2 execute T.set",
        "msig2 grantRole(7, EOA)",
      ]);
    });
  });
});
