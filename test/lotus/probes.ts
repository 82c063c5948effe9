import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

import { Contract, ContractFactory, type InterfaceAbi, type Signer } from "ethers";

const ROOT = resolve(import.meta.dirname, "../..");
const { compile } = createRequire(import.meta.url)("solc") as {
  compile: (input: string, callbacks: { import: (path: string) => { contents: string } | { error: string } }) => string;
};

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<string, Record<string, { abi: InterfaceAbi; evm: { bytecode: { object: string } } }>>;
}

/** Compiles and deploys a test contract as production is compiled. Such contracts are no part of its build. */
export async function deployProbe(folder: string, name: string, signer: Signer): Promise<Contract> {
  const file = `${folder}/${name}.sol`;
  const input = {
    language: "Solidity",
    sources: { [file]: { content: readFileSync(join(ROOT, file), "utf8") } },
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const find = (path: string): { contents: string } | { error: string } => {
    const found = [join(ROOT, path), join(ROOT, "node_modules", path)].find((candidate) => existsSync(candidate));
    return found === undefined ? { error: `${path} not found` } : { contents: readFileSync(found, "utf8") };
  };
  const output = JSON.parse(compile(JSON.stringify(input), { import: find })) as Output;
  for (const { severity, formattedMessage } of output.errors ?? []) {
    if (severity === "error") throw new Error(formattedMessage);
  }
  const compiled = output.contracts[file]?.[name];
  if (compiled === undefined) throw new Error(`${file} has no contract ${name}`);
  const contract = await new ContractFactory(compiled.abi, compiled.evm.bytecode.object, signer).deploy();
  await contract.waitForDeployment();
  return contract as Contract;
}
