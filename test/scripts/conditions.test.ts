import { expect } from "chai";

import { observeConditions } from "../../scripts/coverage/conditions.ts";

const SOURCE = `contract C {
    function f(uint256 a, bool b) external pure returns (uint256) {
        if (a == 1 && (b || a > 2)) return 1;
        while (
            a < 9
        ) ++a;
        for (;;) return b ? 3 : 4;
    }
}
`;

describe("the conditions of a contract", () => {
  const { source, branches } = observeConditions(SOURCE, "seen_");
  const lines = source.split("\n");

  it("go through functions of their own: operands, not the wholes that they make", () => {
    expect(lines.slice(0, 9).join("\n")).to.equal(`contract C {
    function f(uint256 a, bool b) external pure returns (uint256) {
        if (seen_0(a == 1) && (seen_1(b) || seen_2(a > 2))) return 1;
        while (
            seen_3(a < 9)
        ) ++a;
        for (;;) return seen_4(b) ? 3 : 4;
    }
}`);
  });

  it("have a branch for each answer, with the line that says it", () => {
    expect(branches.map(({ condition, line, answer }) => `${line} ${condition} ${answer}`)).to.deep.equal(
      ["3 a == 1", "3 b", "3 a > 2", "5 a < 9", "7 b"].flatMap((one) => [`${one} true`, `${one} false`]),
    );
    for (const { answer, marker } of branches) expect(lines[marker - 1]).to.equal(`return ${answer};`);
  });
});
