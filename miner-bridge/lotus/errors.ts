import { FatalError, UsageError } from "../../lib/index.ts";

/** What one endpoint answered to a question that all were asked. */
export interface Testimony {
  readonly endpoint: string;
  readonly answer: string;
}

/** Two endpoints answer the same question about the same tipset differently: one lies, or is on another chain. */
export class EndpointsDisagreeError extends FatalError {
  override readonly name = "EndpointsDisagreeError";
  readonly question: string;
  readonly testimonies: readonly Testimony[];

  constructor(question: string, testimonies: readonly Testimony[]) {
    super(
      `The endpoints do not agree on ${question}: nothing is reported until you have removed the one that is wrong.`,
      { details: testimonies.map(({ endpoint, answer }) => `${endpoint}: ${answer}`).join("\n") },
    );
    this.question = question;
    this.testimonies = testimonies;
  }
}

/** The endpoints serve another network than the one that was configured. */
export class WrongNetworkError extends UsageError {
  override readonly name = "WrongNetworkError";
  readonly expected: string;
  readonly found: string;

  constructor(expected: string, found: string) {
    super(`The Lotus endpoints serve ${found}, but this bridge is set up for ${expected}: check their URLs.`);
    this.expected = expected;
    this.found = found;
  }
}
