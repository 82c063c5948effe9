import type { Cid, Execution, ExecutionTrace, Lotus } from "../test/lotus/lotus.ts";

const million = (gas: number): string => (gas / 1e6).toFixed(2);
/** Charges below this are not worth a word. */
const SMALL = 100_000;

/** Where the gas of a message went: first by actor called, then by kind of charge. Needs a node that keeps charges. */
export async function explain(lotus: Lotus, message: Cid): Promise<string[]> {
  const replay = await lotus.call<Execution>("Filecoin.StateReplay", [], message);
  const lines: string[] = [];
  const kinds = new Map<string, { gas: number; times: number }>();
  const visit = (trace: ExecutionTrace, indent: string): void => {
    let own = 0;
    for (const charge of trace.GasCharges ?? []) {
      own += charge.tg;
      const kind = kinds.get(charge.Name) ?? { gas: 0, times: 0 };
      kinds.set(charge.Name, { gas: kind.gas + charge.tg, times: kind.times + 1 });
    }
    const exit = trace.MsgRct.ExitCode === 0 ? "" : ` exit ${trace.MsgRct.ExitCode}`;
    lines.push(`${indent}${trace.Msg.To} method ${trace.Msg.Method}${exit}: ${million(own)}`);
    for (const sub of trace.Subcalls ?? []) visit(sub, `${indent}  `);
  };
  visit(replay.ExecutionTrace, "    ");
  const sorted = [...kinds].filter(([, { gas }]) => gas >= SMALL).sort(([, a], [, b]) => b.gas - a.gas);
  lines.push(`    ${sorted.map(([name, { gas, times }]) => `${name} ${million(gas)} (${times})`).join(", ")}`);
  return lines;
}
