/** The report of a frame: what weighs what in the state that everybody pins alike. */
export { ImpossibleWeightsError, computeReport } from "./computeReport.ts";
export type { ReportDeps } from "./computeReport.ts";
export { entriesOf } from "./entries.ts";
export { NotFinalError, pin } from "./pin.ts";
export { Report } from "./Report.ts";
