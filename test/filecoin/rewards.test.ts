import { readFileSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { bigIntFromBytes, decodeCbor } from "./cbor.ts";
import { FIL, installFilecoin } from "./index.ts";
import { METHOD, MINER, OWNER, total } from "./setup.ts";

interface State {
  height: number;
  vesting: string;
  available: string;
  balance: string;
}

interface Recording {
  provingPeriodStart: number;
  states: State[];
  rewards: { epoch: number; amount: string }[];
}

const text = readFileSync(path.join(import.meta.dirname, "../fixtures/rewards.json"), "utf8");
const { provingPeriodStart, states, rewards } = JSON.parse(text) as Recording;

describe("three recorded days of rewards", () => {
  it("lead to the same vesting table, available balance and balance as on the real network", async function () {
    this.timeout(180_000);
    const { provider } = await hre.network.create();
    const fil = await installFilecoin(provider);
    const [start, ...later] = states;
    if (!start) throw new Error("nothing was recorded");
    await fil.createAccount({ id: OWNER });
    const balance = BigInt(start.balance);
    await fil.createMiner({
      id: MINER,
      owner: OWNER,
      balance: FIL(1),
      provingPeriodStart: BigInt(provingPeriodStart),
    });
    await fil.mineTo(BigInt(start.height) - 4n);
    const [entries] = decodeCbor(start.vesting) as [[bigint, Uint8Array][]];
    const table = entries.map(([epoch, amount]) => ({ epoch, amount: bigIntFromBytes(amount) }));
    await fil.setVesting(MINER, table);
    await fil.setBalance(MINER, balance);
    // What is neither locked nor available was pledged.
    const available = bigIntFromBytes(decodeCbor(start.available));
    await fil.setInitialPledge(MINER, balance - total(table.map((e) => e.amount)) - available);
    let paid = 0;
    for (const state of later) {
      for (; (rewards[paid]?.epoch ?? Infinity) <= state.height; paid++) {
        const [epoch, amount] = [BigInt(rewards[paid]?.epoch ?? 0), BigInt(rewards[paid]?.amount ?? 0)];
        if ((await fil.epoch()) < epoch) await fil.mineTo(epoch);
        await fil.award(MINER, amount, { epoch });
      }
      if ((await fil.epoch()) < BigInt(state.height)) await fil.mineTo(BigInt(state.height));
      expect((await fil.read(MINER, METHOD.getVesting)).ret).to.equal(state.vesting);
      expect((await fil.read(MINER, METHOD.getAvailable)).ret).to.equal(state.available);
      expect(String(await fil.balanceOf(MINER))).to.equal(state.balance);
    }
    expect(paid).to.equal(rewards.length);
  });
});
