import { stripVTControlCharacters } from "node:util";

/** The most columns that anything takes. */
export const WIDTH = 100;

const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  red: [31, 39],
} as const;
export type Style = keyof typeof STYLES;

export interface Column {
  readonly title: string;
  /** Text to the left, figures to the right. */
  readonly align?: "left" | "right";
}

/** Writes what a person reads: plain lines, indented; colours only where they are wanted. */
export class Printer {
  readonly #write: (text: string) => void;
  readonly #colours: boolean;

  constructor(write: (text: string) => void, colours: boolean) {
    this.#write = write;
    this.#colours = colours;
  }

  /** To the terminal; colours unless NO_COLOR is set or nobody looks. */
  static toStdout(): Printer {
    const wanted = process.stdout.isTTY && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";
    return new Printer((text) => process.stdout.write(text), wanted);
  }

  style(style: Style, text: string): string {
    if (!this.#colours) return text;
    const [on, off] = STYLES[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  }

  blank(): void {
    this.#write("\n");
  }

  /** A headline with a rule to the margin. */
  heading(text: string): void {
    const rule = "-".repeat(Math.max(3, WIDTH - text.length - 4));
    this.#write(`\n${this.style("bold", `-- ${text}`)} ${this.style("dim", rule)}\n`);
  }

  /** Running text, wrapped. */
  text(text: string, indent = 2): void {
    for (const line of wrap(text, WIDTH - indent)) this.#write(`${" ".repeat(indent)}${line}\n`);
  }

  /** A line as it is: commands, addresses. */
  line(text: string, indent = 2): void {
    this.#write(`${" ".repeat(indent)}${text}\n`);
  }

  /** Something was done. */
  done(text: string): void {
    this.#item(this.style("green", "ok"), text);
  }

  /** Something was refused, as it should be. */
  refused(text: string): void {
    this.#item(this.style("yellow", "no"), text);
  }

  /** Something is wrong. */
  wrong(text: string): void {
    this.#item(this.style("red", "!!"), text);
  }

  /** Names and what belongs to them, one to a line. */
  facts(facts: readonly (readonly [string, string])[]): void {
    const width = Math.max(...facts.map(([name]) => name.length));
    for (const [name, value] of facts) this.line(`${this.style("dim", name.padEnd(width))}  ${value}`, 5);
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[], sum?: readonly string[]): void {
    const table = this.columns(columns, sum === undefined ? rows : [...rows, sum]);
    table.head();
    for (const row of rows) table.row(row);
    if (sum === undefined) return;
    table.rule();
    table.row(sum);
  }

  /** A table that is printed as it comes; `samples` tell how wide the columns are. */
  columns(columns: readonly Column[], samples: readonly (readonly string[])[]): Table {
    const widths = columns.map(({ title }, i) =>
      Math.max(title.length, ...samples.map((row) => lengthOf(row[i] ?? ""))),
    );
    const cells = (row: readonly string[]): string =>
      columns
        .map(({ align = "right" }, i) => pad(row[i] ?? "", widths[i] ?? 0, align))
        .join("  ")
        .trimEnd();
    return {
      head: () => {
        this.line(this.style("dim", cells(columns.map(({ title }) => title))));
        this.line(this.style("dim", widths.map((width) => "-".repeat(width)).join("  ")));
      },
      row: (row) => this.line(cells(row)),
      rule: () => this.line(this.style("dim", widths.map((width) => "-".repeat(width)).join("  "))),
    };
  }

  #item(mark: string, text: string): void {
    const [first = "", ...rest] = wrap(text, WIDTH - 5);
    this.#write(`  ${mark} ${first}\n`);
    for (const line of rest) this.#write(`     ${line}\n`);
  }
}

export interface Table {
  head(): void;
  row(row: readonly string[]): void;
  rule(): void;
}

function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - lengthOf(text)));
  return align === "left" ? text + space : space + text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
