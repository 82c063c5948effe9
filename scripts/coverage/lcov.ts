/** How often each line of each file ran: by path, then by line from 1. */
export type Hits = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Reads lcov's format: `SF:<path>`, then `DA:<line>,<hits>` for each line with statements. */
export function readLcov(text: string): Hits {
  const files = new Map<string, Map<number, number>>();
  let file = new Map<number, number>();
  for (const record of text.split("\n")) {
    const [key = "", value = ""] = record.split(/:(.*)/s);
    if (key === "SF") files.set(value, (file = new Map<number, number>()));
    const [line, hits] = value.split(",").map(Number);
    if (key === "DA" && line !== undefined && hits !== undefined) file.set(line, hits);
  }
  return files;
}
