/** What anybody may do for a joint mining pool. */
export { bookLosses } from "./bookLosses.ts";
export { buyMachines } from "./buyMachines.ts";
export { collectIncome } from "./collectIncome.ts";
export { payTickets } from "./payTickets.ts";
export { settlePools } from "./settlePools.ts";
export { startLots } from "./startLots.ts";
