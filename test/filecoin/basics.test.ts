import { expect } from "chai";
import hre from "hardhat";

import { bigIntBytes, bigIntFromBytes, bytes, decodeCbor, encodeCbor, idBytes } from "./cbor.ts";
import { deployProbe } from "./probe.ts";
import { FIL, installFilecoin, maskedAddress } from "./index.ts";

const GET_OWNER = 3275365574n;
const GET_VESTING = 1726876304n;

async function miner() {
  const { provider } = await hre.network.create();
  const fil = await installFilecoin(provider);
  const owner = await fil.createAccount({ id: 102n });
  await fil.createMiner({ id: 1000n, owner, balance: FIL(1000), sectors: { count: 8n, first: 1n } });
  return { fil, owner, provider };
}

describe("the simulated Filecoin", () => {
  it("answers GetOwner as the chain does", async () => {
    const { fil } = await miner();
    expect(await fil.read(1000n, GET_OWNER)).to.deep.equal({ exitCode: 0n, codec: 0x51n, ret: "0x82420066f6" });
  });

  it("keeps 30 seconds between all blocks", async () => {
    const { fil, provider } = await miner();
    const at = async (n: bigint) =>
      BigInt(
        (
          (await provider.request({ method: "eth_getBlockByNumber", params: ["0x" + n.toString(16), false] })) as {
            timestamp: string;
          }
        ).timestamp,
      );
    const start = await fil.epoch();
    await fil.mine(100n);
    await fil.award(1000n, FIL(1));
    await fil.mine(5n);
    const end = await fil.epoch();
    expect(end - start).to.equal(106n);
    expect((await at(end)) - (await at(start))).to.equal(106n * 30n);
  });

  it("locks three quarters of a reward in 180 steps", async () => {
    const { fil } = await miner();
    await fil.award(1000n, FIL(4));
    const table = decodeCbor((await fil.read(1000n, GET_VESTING)).ret) as [[bigint, Uint8Array][]];
    expect(table[0].length).to.equal(180);
    expect(table[0].reduce((sum, [, amount]) => sum + bigIntFromBytes(amount), 0n)).to.equal(FIL(3));
    const { balance, locked } = await fil.ledgerOf(1000n);
    expect([balance, locked]).to.deep.equal([FIL(1004), FIL(3)]);
  });

  it("plays thirty days of rewards in seconds", async () => {
    const { fil } = await miner();
    const before = await fil.epoch();
    await fil.awardEvery(1000n, { epochs: 86400n, every: 120n, amount: FIL(10) });
    expect((await fil.epoch()) - before).to.equal(86400n);
    expect((await fil.ledgerOf(1000n)).balance).to.equal(FIL(8200));
  });

  it("pays a withdrawal to the owner", async () => {
    const { fil, owner } = await miner();
    const before = await fil.balanceOf(owner);
    const done = await fil.native({ from: owner, to: 1000n, method: 16n, params: encodeCbor([bigIntBytes(FIL(5))]) });
    expect(done.exitCode).to.equal(0n);
    expect((await fil.balanceOf(owner)) - before).to.equal(FIL(5));
    expect(await fil.balanceOf(maskedAddress(1000n))).to.equal(FIL(995));
  });

  it("refuses a stranger's withdrawal", async () => {
    const { fil } = await miner();
    const stranger = await fil.createAccount();
    const done = await fil.native({ from: stranger, to: 1000n, method: 16n, params: encodeCbor([bigIntBytes(1n)]) });
    expect(done.exitCode).to.equal(18n);
  });

  it("lets a multisig own a miner", async () => {
    const { fil, owner } = await miner();
    const other = await fil.createAccount();
    const msig = await fil.createMultisig({ signers: [owner, other], threshold: 2n });
    await fil.native({ from: owner, to: 1000n, method: 23n, params: encodeCbor(idBytes(msig)) });
    const inner = Buffer.from(encodeCbor(idBytes(msig)).slice(2), "hex");
    const proposal = encodeCbor([idBytes(1000n), bigIntBytes(0n), 23n, new Uint8Array(inner)]);
    const proposed = await fil.native({ from: owner, to: msig, method: 2n, params: proposal });
    expect(proposed.ret).to.equal("0x8400f40040");
    const approved = await fil.native({ from: other, to: msig, method: 3n, params: "0x820040" });
    expect(approved.ret).to.equal("0x83f50040");
    expect((await fil.read(1000n, GET_OWNER)).ret).to.equal(encodeCbor([idBytes(msig), null]));
  });

  it("lets a contract become the beneficiary and withdraw", async () => {
    const { fil, owner, provider } = await miner();
    const probe = await deployProbe(provider);
    const { address } = probe;
    await fil.registerEvm(address, 1004n);
    const terms = encodeCbor([bytes("040a" + address.slice(2)), bigIntBytes(FIL(5)), 12356n]);
    await fil.native({ from: owner, to: 1000n, method: 30n, params: terms });
    expect((await probe.call(1000n, 1570634796n, terms))?.exitCode).to.equal(0n);
    expect((await fil.read(1000n, 4158972569n)).ret).to.equal("0x82824300ec078349004563918244f4000040193044f6");
    const paid = await probe.call(1000n, 2280458852n, encodeCbor([bigIntBytes(FIL(7))]));
    expect(paid?.ret).to.equal(encodeCbor(bigIntBytes(FIL(5))));
    expect(await fil.balanceOf(address)).to.equal(FIL(5));
    expect((await probe.call(1000n, 2280458852n, encodeCbor([bigIntBytes(1n)])))?.exitCode).to.equal(18n);
  });
});
