import { join } from "node:path";

import { Blocks } from "./Blocks.ts";
import { Database } from "./Database.ts";
import { Discovered } from "./Discovered.ts";
import { Journal } from "./Journal.ts";
import { Listings } from "./Listings.ts";
import { Reports } from "./Reports.ts";

/** Where a role keeps its memory. */
export function statePath(folder: string, role: string): string {
  return join(folder, `${role}.sqlite`);
}

/** The memory of one role: everything that has to outlive the process. */
export class State {
  readonly discovered: Discovered;
  readonly listings: Listings;
  readonly reports: Reports;
  readonly journal: Journal;
  readonly blocks: Blocks;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    this.discovered = new Discovered(database);
    this.listings = new Listings(database);
    this.reports = new Reports(database);
    this.journal = new Journal(database);
    this.blocks = new Blocks(database);
  }

  /** @param readonly For looking while another process works with it; the file must exist. */
  static open(path: string, options?: { readonly readonly: boolean }): State {
    return new State(new Database(path, options));
  }

  close(): void {
    this.#database.close();
  }
}
