import { expect } from "chai";
import { getAddress as checksummed } from "ethers";

import { CALL_ACTOR, CALL_ACTOR_ID, inputOf, outputOf, setStage, type Stage } from "./stage.ts";

const PAYEE = checksummed("0x" + "12".repeat(20));
const PAYEE_BYTES = "0x040a" + "12".repeat(20);
const ACCOUNT = 102n;
const MASKED = checksummed("0xff00000000000000000000000000000000000066");
const AMOUNT = 5n * 10n ** 18n;

function sendTo(to: bigint | string): string {
  return inputOf({ method: 0n, value: AMOUNT, readOnly: false, params: "0x", to });
}

function exit(exitCode: bigint, ret = "0x", codec = 0n): string {
  return outputOf({ exitCode, codec, ret });
}

describe("a payment", () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });

  beforeEach(() => stage.reset());

  it("to an EVM address is a send to its f410 address", async () => {
    await stage.on(CALL_ACTOR, sendTo(PAYEE_BYTES), exit(0n));
    expect(await stage.call("send", [PAYEE, AMOUNT])).to.deep.equal({ values: [] });
  });

  it("to a masked id is a send to that actor", async () => {
    await stage.on(CALL_ACTOR_ID, sendTo(ACCOUNT), exit(0n));
    expect(await stage.call("send", [MASKED, AMOUNT])).to.deep.equal({ values: [] });
    expect(await stage.call("sendToActor", [ACCOUNT, AMOUNT])).to.deep.equal({ values: [] });
  });

  it("that the chain refuses says to whom, how much and why", async () => {
    for (const code of [-5n, -6n, 7n]) {
      await stage.on(CALL_ACTOR, sendTo(PAYEE_BYTES), exit(code));
      await stage.on(CALL_ACTOR_ID, sendTo(ACCOUNT), exit(code));
      expect(await stage.call("send", [PAYEE, AMOUNT])).to.deep.equal({
        error: "SendFailed",
        args: [PAYEE, AMOUNT, code],
      });
      expect(await stage.call("send", [MASKED, AMOUNT])).to.deep.equal({
        error: "SendFailed",
        args: [MASKED, AMOUNT, code],
      });
      expect(await stage.call("sendToActor", [ACCOUNT, AMOUNT])).to.deep.equal({
        error: "ActorError",
        args: [ACCOUNT, 0n, code],
      });
    }
  });

  it("that the machine does not make fails", async () => {
    await stage.onAny(CALL_ACTOR, null);
    await stage.onAny(CALL_ACTOR_ID, null);
    const failed = (to: string) => ({ error: "SendFailed", args: [to, AMOUNT, 0n] });
    expect(await stage.call("send", [PAYEE, AMOUNT])).to.deep.equal(failed(PAYEE));
    expect(await stage.call("send", [MASKED, AMOUNT])).to.deep.equal(failed(MASKED));
    const refused = { error: "CallRefused", args: [ACCOUNT, 0n] };
    expect(await stage.call("sendToActor", [ACCOUNT, AMOUNT])).to.deep.equal(refused);
  });

  it("answered by anything but an empty success is refused", async () => {
    for (const output of ["0x", exit(0n, "0xf5", 0x51n), exit(0n, "0x", 0x51n), exit(0n).slice(0, -64)]) {
      await stage.onAny(CALL_ACTOR, output);
      await stage.onAny(CALL_ACTOR_ID, output);
      expect(await stage.call("send", [PAYEE, AMOUNT])).to.deep.equal({ error: "BadAnswer", args: [0n, 0n] });
      expect(await stage.call("send", [MASKED, AMOUNT])).to.deep.equal({ error: "BadAnswer", args: [ACCOUNT, 0n] });
      expect(await stage.call("sendToActor", [ACCOUNT, AMOUNT])).to.deep.equal({
        error: "BadAnswer",
        args: [ACCOUNT, 0n],
      });
    }
  });
});
