import hre from "hardhat";

/** Compiles the contracts if they changed. Warnings about the size of simulated contracts would only alarm. */
export async function compile(): Promise<void> {
  await hre.tasks.getTask("build").run({ quiet: true });
}
