/** The report of a frame: what weighs what in the state that everybody pins alike. */
export { ImpossibleWeightsError, NotFinalError, computeReport } from "./computeReport.ts";
export type { ReportDeps } from "./computeReport.ts";
export { entriesOf } from "./entries.ts";
export { Report } from "./Report.ts";
export { compareWithChain } from "./compareWithChain.ts";
export type { Comparison, Difference } from "./compareWithChain.ts";
