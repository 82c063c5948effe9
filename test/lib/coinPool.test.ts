/** What tasks say of pools over stablecoins, held against the contracts. */
import { expect } from "chai";

import { AUCTION_TERMS, type Hex, priceAfter, setterChanges, SETTER_ROLES } from "../../lib/index.ts";
import { planCoinPool } from "../../lib/protocol/planCoinPool.ts";
import type { FilAuction, JointMiningPool } from "../../types/ethers-contracts/index.ts";
import { dollars, dollarsMining } from "../support/coinPool.ts";
import { ADMIN, changeManager } from "../support/governance.ts";
import { newCoin } from "../support/market.ts";
import { ethers } from "../support/network.ts";
import { mineADay } from "../support/pool.ts";
import { contractAt, deployed, type Protocol } from "../support/protocol.ts";

const POOL_LIBRARIES = ["Machines", "Buying", "PolicyRange", "Queue"];

/** Deploys a planned pool over a new coin, as the task does. */
async function planned(p: Protocol): Promise<{ pool: JointMiningPool; auction: FilAuction; coin: string }> {
  const coin = await (await newCoin(6)).getAddress();
  const libraries: Record<string, string> = {};
  for (const name of POOL_LIBRARIES) {
    libraries[name] = await (await (await ethers.getContractFactory(name, p.stranger)).deploy()).getAddress();
  }
  const plan = planCoinPool(
    p.deployer.address,
    await p.deployer.getNonce(),
    {
      accessManager: await p.manager.getAddress(),
      powerNFT: await p.nft.getAddress(),
      powerMarket: await p.market.getAddress(),
      libraries,
    },
    { coin, firstPrice: 5_300_000n, name: "Joint Mining Dollar", symbol: "dUSD" },
  );
  for (const { name, address, args, libraries: linked } of plan.contracts) {
    const factory = await ethers.getContractFactory(name, { signer: p.deployer, libraries: { ...linked } });
    expect(await (await factory.deploy(...args)).getAddress(), name).to.equal(address);
  }
  return {
    pool: await contractAt<JointMiningPool>("JointMiningPool", plan.pool),
    auction: await contractAt<FilAuction>("FilAuction", plan.auction),
    coin,
  };
}

describe("planCoinPool", () => {
  it("puts pool and auction where they expect each other", async () => {
    const { pool, auction, coin } = await planned(await deployed());
    expect(await auction.POOL()).to.equal(await pool.getAddress());
    expect(await pool.FIL_AUCTION()).to.equal(await auction.getAddress());
    expect(await pool.asset()).to.equal(coin);
    expect([await pool.name(), await pool.symbol()]).to.deep.equal(["Joint Mining Dollar", "dUSD"]);
    expect(await auction.referencePrice()).to.equal(5_300_000n);
  });

  it("names a library that the deployment does not know", () => {
    const nobody = "0x1000000000000000000000000000000000000001";
    const deployment = { accessManager: nobody, powerNFT: nobody, powerMarket: nobody, libraries: {} };
    const terms = { coin: nobody, firstPrice: 1n, name: "Name", symbol: "dX" };
    expect(() => planCoinPool(nobody, 0, deployment, terms)).to.throw("The library Machines is missing");
  });
});

describe("setterChanges", () => {
  it("give a new pool the roles and the delay that the pool over FIL was deployed with (R-GOV-1)", async () => {
    const p = await deployed();
    const { pool } = await planned(p);
    const at = (await pool.getAddress()) as Hex;
    for (const { data } of setterChanges((await p.manager.getAddress()) as Hex, at)) await changeManager(p, data);
    await p.fil.mine(5n * 2_880n); // a change of a delay takes five days
    expect(await p.manager.getTargetAdminDelay(at)).to.equal(await p.manager.getTargetAdminDelay(p.pool));
    for (const { selectors, role } of SETTER_ROLES) {
      for (const selector of selectors) {
        expect(await p.manager.getTargetFunctionRole(at, selector), selector).to.equal(role);
        expect(await p.manager.getTargetFunctionRole(p.pool, selector), selector).to.equal(role);
      }
    }
  });

  it("leave out no function that has a role in the pool over FIL", async () => {
    const p = await deployed();
    const selectors: string[] = [];
    p.pool.interface.forEachFunction(({ selector }) => selectors.push(selector));
    const roles = await Promise.all(
      selectors.map(async (selector) => ({ selector, role: await p.manager.getTargetFunctionRole(p.pool, selector) })),
    );
    const found = roles.filter(({ role }) => role !== ADMIN);
    const known = SETTER_ROLES.flatMap(({ selectors: of, role }) => of.map((selector) => ({ selector, role })));
    expect(found).to.have.deep.members(known);
  });
});

describe("AUCTION_TERMS and priceAfter", () => {
  it("are the contract's own (R-JMP-7)", async () => {
    const { auction } = await dollars();
    expect(AUCTION_TERMS).to.deep.equal({
      startFactor: await auction.START_FACTOR(),
      halving: await auction.HALVING(),
      duration: await auction.DURATION(),
      minLot: await auction.MIN_LOT(),
    });
  });

  it("foretell each price of a lot", async () => {
    const p = await dollarsMining();
    await mineADay(p);
    await p.nft.harvest(p.miner);
    await p.pool.collect([p.id]);
    await p.auction.start();
    const { startPrice, startedAt, end } = await p.auction.lot();
    for (const elapsed of [1n, 359n, 360n, 361n, 1_000n, 2_878n]) {
      await p.fil.mineTo(startedAt + elapsed);
      const now = await p.fil.epoch();
      expect(priceAfter(startPrice, now - startedAt), `after ${elapsed}`).to.equal(await p.auction.price());
    }
    expect(end - startedAt).to.equal(AUCTION_TERMS.duration);
    expect(priceAfter(1n, 2_000n), "never below 1").to.equal(1n);
  });
});
