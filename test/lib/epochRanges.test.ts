import { expect } from "chai";

import { epochRanges } from "../../lib/index.ts";

describe("ranges of epochs", () => {
  it("follow one another without a gap, none longer than asked for", () => {
    expect([...epochRanges({ from: 5n, to: 12n }, 3n)]).to.deep.equal([
      { from: 5n, to: 7n },
      { from: 8n, to: 10n },
      { from: 11n, to: 12n },
    ]);
  });

  it("are one for one epoch, and none where there is nothing new", () => {
    expect([...epochRanges({ from: 5n, to: 5n }, 3n)]).to.deep.equal([{ from: 5n, to: 5n }]);
    expect([...epochRanges({ from: 5n, to: 4n }, 3n)]).to.deep.equal([]);
  });
});
