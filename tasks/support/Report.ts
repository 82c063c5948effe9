/** Anything that JSON can say; amounts too large for its numbers are decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What can be reported: bigint becomes a decimal string. */
export type Reportable =
  null | boolean | number | bigint | string | readonly Reportable[] | { readonly [key: string]: Reportable };

export interface Check {
  readonly name: string;
  /** `warn` does not stop anything. */
  readonly result: "pass" | "warn" | "fail";
  readonly text: string;
}

export interface TransactionReport {
  /** What the transaction does. */
  readonly step: string;
  readonly hash: string;
  readonly from: string;
  readonly nonce: number;
}

export interface ReceiptReport {
  readonly epoch: number;
  readonly success: boolean;
  readonly gasUsed: string;
  /** Whether the chain can still take it back. */
  readonly final: boolean;
}

/** Where the lines for people go; with --json nowhere. */
export type Print = (line: string) => void;

/** Everything that one run of a task has to say, for people line by line, and for programs as one object. */
export class Report {
  readonly #out: Print;
  /** What kind of lines came last: a gap sets plan and checks apart. */
  #block: "plan" | "checks" | "other" = "other";
  readonly #plan: Record<string, Json> = {};
  readonly #checks: Check[] = [];
  readonly #commands: string[] = [];
  readonly #steps: { tx: TransactionReport; receipt: ReceiptReport | null; links: Readonly<Record<string, string>> }[] =
    [];

  constructor(print: Print) {
    this.#out = print;
  }

  #print(line: string, block: "plan" | "checks" | "other" = "other"): void {
    if (block !== "other" && this.#block !== "other" && block !== this.#block) this.#out("");
    this.#block = block;
    this.#out(line);
  }

  /** What this run is about. */
  get heading(): string {
    return typeof this.#plan.title === "string" ? this.#plan.title : "";
  }

  get checks(): readonly Check[] {
    return this.#checks;
  }

  /** The heading: what this run is about. */
  title(text: string): void {
    this.#plan.title = text;
    this.#print(`${text}\n`);
  }

  /** One line of the plan: a label and a text for people, a key and a value for programs. */
  fact(key: string, label: string, text: string, value: Reportable = text): void {
    this.#plan[key] = toJson(value);
    this.#print(`  ${label.padEnd(24)} ${text}`, "plan");
  }

  /** Lines for people only; programs find the same facts in the plan. */
  lines(...lines: readonly string[]): void {
    for (const line of lines) this.#print(line);
  }

  check(name: string, result: Check["result"], text: string): void {
    this.#checks.push({ name, result, text });
    this.#print(`  ${{ pass: "ok  ", warn: "note", fail: "FAIL" }[result]} ${text}`, "checks");
  }

  /** A command for another program, exactly as it is typed. */
  command(text: string): void {
    this.#commands.push(text);
    this.#print(`\n${text}\n`);
  }

  /** A table with a heading; the columns are as wide as they need to be. For programs it is the value. */
  table(
    key: string,
    heading: string,
    head: readonly string[],
    rows: readonly (readonly string[])[],
    value: Reportable,
  ): void {
    this.#plan[key] = toJson(value);
    const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)));
    this.#print(`\n  ${heading}`);
    for (const row of [head, ...rows]) {
      this.#print(`    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
    }
    this.#print("");
  }

  sent(tx: TransactionReport, links: Readonly<Record<string, string>>): void {
    this.#steps.push({ tx, receipt: null, links });
    this.#print(`\n${tx.step}`);
    this.#print(`  sent       ${tx.hash} (nonce ${tx.nonce})`);
    for (const [explorer, link] of Object.entries(links)) this.#print(`             ${explorer}: ${link}`);
  }

  /** Called when the last step was included, and again when it is final. */
  included(receipt: ReceiptReport): void {
    const step = this.#steps.at(-1);
    if (step === undefined) throw new TypeError("Nothing was sent");
    if (step.receipt === null) {
      this.#print(`  included   at epoch ${receipt.epoch}, ${Number(receipt.gasUsed).toLocaleString("en")} gas`);
    }
    if (receipt.final) this.#print(`  final      the chain can no longer take it back`);
    step.receipt = receipt;
  }

  /** One object. `tx`, `receipt` and `links` are those of the last step; `steps` has all of them. */
  toJson(): { readonly [key: string]: Json } {
    const last = this.#steps.at(-1);
    const plan = this.#commands.length === 0 ? this.#plan : { ...this.#plan, commands: this.#commands };
    return toJson({
      plan,
      checks: this.#checks.map((check) => ({ ...check })),
      tx: last === undefined ? null : { ...last.tx },
      receipt: last?.receipt == null ? null : { ...last.receipt },
      links: { ...last?.links },
      ...(this.#steps.length > 1
        ? {
            steps: this.#steps.map(({ tx, receipt, links }) => ({
              tx: { ...tx },
              receipt: receipt && { ...receipt },
              links,
            })),
          }
        : {}),
    }) as { readonly [key: string]: Json };
  }
}

function toJson(value: Reportable): Json {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return (value as readonly Reportable[]).map(toJson);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}
