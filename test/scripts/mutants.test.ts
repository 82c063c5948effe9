import { existsSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { ROOT, checkThatItApplies, findMutants } from "../../scripts/mutants/patches.ts";

/** How many mistakes there are at least in each folder of test/mutants. */
const FOLDERS: Readonly<Record<string, number>> = { ledger: 24, oracle: 10, guarantee: 6 };

describe("The mutants", () => {
  const mutants = findMutants();

  for (const [folder, least] of Object.entries(FOLDERS)) {
    it(`are at least ${least} of the ${folder}`, () => {
      expect(mutants.filter((mutant) => mutant.name.startsWith(`${folder}/`))).to.have.length.at.least(least);
    });
  }

  it("differ from each other", () => {
    const changes = mutants.map((mutant) => mutant.change);
    expect(changes).to.deep.equal([...new Set(changes)]);
  });

  for (const mutant of mutants) {
    it(`fit the contracts as they are: ${mutant.name}`, () => {
      checkThatItApplies(mutant);
      expect(mutant.target, "what is deployed").to.match(/^contracts\/.+\.sol$/);
      expect(mutant.removed, "one line").to.equal(1);
      expect(mutant.added, "one line").to.be.at.most(1);
      expect(mutant.mistake, "what the mistake is").to.match(/^[A-Z].+\.$/);
      expect(mutant.killers, "tests that are expected to notice it").not.to.be.empty;
      for (const file of mutant.killers) expect(existsSync(path.join(ROOT, file)), file).to.be.true;
    });
  }
});
