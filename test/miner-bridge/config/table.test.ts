import { readFile } from "node:fs/promises";

import { expect } from "chai";

import { SECRETS, environmentName, settings, settingsTable } from "../../../miner-bridge/config/index.ts";

const README = new URL("../../../miner-bridge/README.md", import.meta.url);

describe("the table of settings", () => {
  it("is the one in the README", async () => {
    const section = (await readFile(README, "utf8")).split("\n## ").find((part) => part.startsWith("Settings\n"));
    const rows = section?.split("\n").filter((line) => line.startsWith("|"));
    expect(rows?.join("\n")).to.equal(settingsTable());
  });

  it("has every setting and every secret, with its variable and what it means", () => {
    const rows = settingsTable()
      .split("\n")
      .slice(2)
      .map((row) => row.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$|`/g, "")));
    const variables = [...Object.keys(settings.shape).map(environmentName), ...Object.values(SECRETS)];
    expect(rows.map(([, variable]) => variable)).to.deep.equal(variables);
    for (const [setting, , , meaning = ""] of rows) expect(meaning, setting).to.match(/\w{3}/);
  });
});
