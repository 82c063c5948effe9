import { stripVTControlCharacters } from "node:util";

import { expect } from "chai";

import { Printer, WIDTH } from "../../embedded/print/Printer.ts";
import { playStory } from "../../embedded/story/playStory.ts";
import { Stage } from "../../embedded/story/Stage.ts";
import { statement } from "../../embedded/story/statement.ts";
import { PowerNftReader } from "../../lib/index.ts";
import { type TestNode, startNode } from "./node.ts";

describe("the story of npm start", function () {
  this.timeout(600_000);
  let node: TestNode;
  let stage: Stage;
  let told = "";
  let result: Awaited<ReturnType<typeof playStory>>;

  before(async () => {
    node = await startNode();
    stage = await Stage.set(node.server, node.chain, new Printer((text) => (told += text), false));
    result = await playStory(stage);
  });
  after(async () => {
    stage.close();
    await node.close();
  });

  it("adds up", () => {
    expect(result.addsUp).to.equal(true);
    expect(told).to.contain("Everything adds up.");
    expect(told).to.not.contain("!! each");
  });

  it("lets a pool buy two NFTs, pay them off, and let people leave by a ticket", () => {
    expect(told.match(/anybody lets the pool buy NFT #\d+/g)).to.have.length(2);
    expect(told).to.match(/Bob leaves: paid \S+ FIL now; ticket 1 for/);
    expect(told).to.match(/ticket 1 is paid: Bob claims/);
    expect(told).to.contain("everybody who joined left with more");
    expect(told).to.not.contain("!! what came in");
  });

  it("plays every act", () => {
    for (const act of [
      "contracts",
      "Enrolling f01000",
      "Three power NFTs",
      "Weights",
      "Thirty days",
      "Expiry",
      "Release",
      "A joint mining pool",
      "The pool's statement",
    ]) {
      expect(told).to.match(new RegExp(`^-- .*${act}`, "m"));
    }
  });

  it("fits a terminal of 100 columns, without colours where nobody looks", () => {
    for (const line of told.split("\n")) expect(line.length, line).to.be.at.most(WIDTH);
    expect(stripVTControlCharacters(told)).to.equal(told);
  });

  it("pays the beneficiary's role back and leaves nothing owed", async () => {
    const info = await node.lotus.stateMinerInfo(stage.miner);
    expect(info.Beneficiary.equals(info.Owner)).to.equal(true);
    const nft = new PowerNftReader((method, params) => node.ask(method, ...params), stage.addressOf("powerNFT"));
    const { owed, earned, covered } = await nft.minerAccount(stage.miner.id);
    expect(owed).to.equal(0n);
    expect(earned > 0n && earned === covered).to.equal(true);
  });

  it("shows earned above payable while cash is late, and the other way never", () => {
    const rows = [...told.matchAll(/^ +(\d+) +\d+ TiB +\d+ (?:TiB|B) +\S+ +\S+ +\S+ +(\S+)$/gm)];
    const owed = rows.map(([, , amount]) => Number(amount?.replaceAll(",", "")));
    expect(rows.length).to.be.at.least(36);
    expect(owed.some((amount) => amount > 0)).to.equal(true);
    expect(owed.at(-1)).to.equal(0);
  });

  it("says so when something does not add up", async () => {
    const before = told.length;
    const wrong = { ...result.story, sale: { price: result.story.sale.price + 1n } };
    expect(await statement(stage, wrong)).to.equal(false);
    const other = told.slice(before);
    expect(other).to.contain("!! each wallet");
    expect(other).to.contain("Something does not add up");
  });
});
