/** A row of numbers by column; a missing one is an empty cell. */
export type Row = Readonly<Record<string, number | undefined>>;

/** Rows as CSV, the columns in this order. */
export function toCsv<K extends string>(
  columns: readonly K[],
  rows: readonly Readonly<Record<K, number | undefined>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? "").join(","));
  return [columns.join(","), ...lines, ""].join("\n");
}

/** What `toCsv` wrote. @throws {SyntaxError} for anything that is no table of numbers. */
export function fromCsv(csv: string): Row[] {
  const [head = "", ...lines] = csv.trimEnd().split("\n");
  const columns = head.split(",");
  return lines.map((line, n) => {
    const cells = line.split(",");
    if (cells.length !== columns.length) throw new SyntaxError(`Line ${n + 2} has ${cells.length} cells.`);
    return Object.fromEntries(
      columns.map((column, at) => {
        const cell = cells[at] ?? "";
        const value = cell === "" ? undefined : Number(cell);
        if (Number.isNaN(value)) throw new SyntaxError(`Line ${n + 2}: ${cell} is no number.`);
        return [column, value];
      }),
    );
  });
}
