import { expect } from "chai";

import { CALL_ACTOR_ID, inputOf, outputOf, setStage, success, type Stage } from "./stage.ts";
import { encode, toBytes, toHex } from "./strictCbor.ts";

const AUTHENTICATE_MESSAGE = 2643134072n;
const ACCOUNT = 102n;
const SIGNATURE = "0x" + "5a".repeat(96);
const MESSAGE = "0x" + "c3".repeat(40);
const INPUT = inputOf({
  method: AUTHENTICATE_MESSAGE,
  readOnly: true,
  params: toHex(encode([toBytes(SIGNATURE), toBytes(MESSAGE)])),
  to: ACCOUNT,
});

describe("a signature of an account", () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });

  beforeEach(() => stage.reset());

  async function authenticate(output: string | null) {
    await stage.on(CALL_ACTOR_ID, INPUT, output);
    return stage.call("authenticateMessage", [ACCOUNT, SIGNATURE, MESSAGE]);
  }

  it("is authentic when the account says true", async () => {
    expect(await authenticate(outputOf(success("0xf5")))).to.deep.equal({ values: [true] });
  });

  it("is not when the account says false", async () => {
    expect(await authenticate(outputOf(success("0xf4")))).to.deep.equal({ values: [false] });
  });

  it("is not when the account calls it an illegal argument", async () => {
    expect(await authenticate(outputOf({ exitCode: 16n, codec: 0n, ret: "0x" }))).to.deep.equal({ values: [false] });
  });

  it("is refused when the account fails in any other way", async () => {
    for (const exitCode of [-6n, 7n, 18n, 22n]) {
      const error = { error: "ActorError", args: [ACCOUNT, AUTHENTICATE_MESSAGE, exitCode] };
      expect(await authenticate(outputOf({ exitCode, codec: 0n, ret: "0x" }))).to.deep.equal(error);
    }
  });

  it("is refused when an actor without a key answers with success", async () => {
    const error = { error: "BadAnswer", args: [ACCOUNT, AUTHENTICATE_MESSAGE] };
    expect(await authenticate(outputOf(success("0x")))).to.deep.equal(error);
  });
});
