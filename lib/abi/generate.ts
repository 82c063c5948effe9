import { Interface, type InterfaceAbi } from "ethers";

/** The contracts whose interfaces tasks, bridge and web use, and the file of each beside this one. */
export const ABI_FILES = {
  PowerNFT: { file: "powerNft.ts", name: "powerNftAbi" },
  PowerOracle: { file: "powerOracle.ts", name: "powerOracleAbi" },
  PowerMarket: { file: "powerMarket.ts", name: "powerMarketAbi" },
  JointMiningPool: { file: "jointMiningPool.ts", name: "jointMiningPoolAbi" },
  FilAuction: { file: "filAuction.ts", name: "filAuctionAbi" },
  MinerVault: { file: "minerVault.ts", name: "minerVaultAbi" },
  MinerRegistry: { file: "minerRegistry.ts", name: "minerRegistryAbi" },
} as const;

/** The text of an interface file, from what the compiler put out. A test compares it with the committed one. */
export function abiFile(contract: keyof typeof ABI_FILES, abi: InterfaceAbi): string {
  const lines = new Interface(abi)
    .format()
    .filter((line) => !line.startsWith("constructor"))
    .sort()
    .map((line) => `  ${JSON.stringify(line)},\n`);
  const { name } = ABI_FILES[contract];
  return (
    `/** Interface of ${contract}, written by \`npx hardhat abi\` from the compiled contract. */\n` +
    `// prettier-ignore\nexport const ${name} = [\n${lines.join("")}] as const;\n`
  );
}
