/**
 * Makes branches visible to Hardhat's engine, which counts statements and knows no branches: every condition goes
 * through a function of its own, whose two answers are two lines behind the end of the file.
 *
 * A branch is one answer of one condition: of `if`, `?:`, `while` and `for`, and of each operand of `&&` and `||`.
 */
import { parse, visit } from "@solidity-parser/parser";

/** One answer of a condition. */
export interface Branch {
  /** The condition as it is written, and where: from 1. */
  readonly condition: string;
  readonly line: number;
  readonly answer: boolean;
  /** The line that runs when the condition answers so: from 1, in the changed source. */
  readonly marker: number;
}

export interface Observed {
  readonly source: string;
  readonly branches: readonly Branch[];
}

/** What is needed of a node of the syntax tree: its first and its last character. */
interface Expression {
  readonly type: string;
  readonly range?: [number, number] | undefined;
  readonly operator?: string;
  readonly components?: readonly unknown[];
}

/** Whether an expression is operands joined by `&&` or `||`: it says nothing that its operands do not. */
function isJoined({ type, operator, components }: Expression): boolean {
  if (type === "BinaryOperation") return operator === "&&" || operator === "||";
  return type === "TupleExpression" && components?.length === 1 && isJoined(components[0] as Expression);
}

/** Lines of a function that answers as its argument does: one for its head, its two answers, and its end. */
const functionOf = (name: string): string[] => [
  `function ${name}(bool condition) pure returns (bool) {`,
  "if (condition)",
  "return true;",
  "return false;",
  "}",
];

/**
 * @param source What is in a Solidity file. No line of it moves.
 * @param key What no other file has: the functions' names begin with it.
 */
export function observeConditions(source: string, key: string): Observed {
  const conditions: [number, number][] = [];
  const add = (expression: Expression | null): void => {
    if (expression === null || isJoined(expression)) return;
    if (expression.range === undefined) throw new Error(`a ${expression.type} has no place in its file`);
    conditions.push(expression.range);
  };
  visit(parse(source, { range: true }), {
    IfStatement: ({ condition }) => {
      add(condition);
    },
    WhileStatement: ({ condition }) => {
      add(condition);
    },
    ForStatement: ({ conditionExpression }) => {
      add(conditionExpression ?? null);
    },
    Conditional: ({ condition }) => {
      add(condition);
    },
    BinaryOperation: ({ operator, left, right }) => {
      if (operator !== "&&" && operator !== "||") return;
      add(left);
      add(right);
    },
  });
  // an operand may be a condition by itself too
  const distinct = [...new Map(conditions.map((range) => [range.join("-"), range])).values()];

  const insertions: { readonly at: number; readonly rank: number; readonly text: string }[] = [];
  const lines = source.replace(/\n$/, "").split("\n");
  const branches: Branch[] = [];
  distinct.forEach(([first, last], n) => {
    const name = `${key}${n}`;
    // outer conditions open first and close last
    insertions.push(
      { at: first, rank: -last, text: `${name}(` },
      { at: last + 1, rank: -first - source.length, text: ")" },
    );
    const line = source.slice(0, first).split("\n").length;
    const condition = source.slice(first, last + 1).replaceAll(/\s+/g, " ");
    const marker = lines.length + 3;
    branches.push({ condition, line, answer: true, marker }, { condition, line, answer: false, marker: marker + 1 });
    lines.push(...functionOf(name));
  });
  insertions.sort((a, b) => a.at - b.at || a.rank - b.rank);
  const body = source.replace(/\n$/, "");
  let text = "";
  let from = 0;
  for (const insertion of insertions) {
    text += body.slice(from, insertion.at) + insertion.text;
    from = insertion.at;
  }
  text += body.slice(from);
  return { source: [text, ...lines.slice(body.split("\n").length)].join("\n") + "\n", branches };
}
