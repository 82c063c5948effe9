/** The longest line of a head, of a chunk's size or of a trailer, characters. */
const MAX_LINE = 16_384;
/** The most lines of a head. */
const MAX_HEADERS = 200;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |$)/;
const LENGTH = /^(\d{1,15})$/;
const CHUNK_SIZE = /^([0-9a-fA-F]{1,12})[ \t]*(?:;|$)/;
const LINE_FEED = 0x0a;
const NO_CONTENT = 204;

/** Which line comes next, where no body does. */
type Line = "status" | "header" | "chunk size" | "end of chunk" | "trailer";

/**
 * One HTTP/1.1 answer (RFC 9112) to a request that asked for the connection to be closed. Its body is handed on in the
 * pieces in which it comes, without a copy: pieces are lent, and hold something else after the call.
 *
 * Node's own client allocates every piece anew, which costs more than all else that is done to five million sectors.
 */
export class HttpAnswer {
  readonly #take: (piece: Buffer) => void;
  #next: Line = "status";
  /** What has come of a line. */
  #line = "";
  #headers = 0;
  #status = 0;
  #chunked = false;
  /** Bytes of the body as the head tells; undefined: all until the connection closes. */
  #length: number | undefined;
  /** Bytes of the body, or of its chunk, that are still to come. */
  #left = 0;
  #complete = false;

  constructor(take: (piece: Buffer) => void) {
    this.#take = take;
  }

  /** 0 until it is known. */
  get status(): number {
    return this.#status;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /**
   * Takes what came next.
   *
   * @throws {Error} when it is not HTTP; and what the taker of the body throws.
   */
  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#complete;) {
      at = this.#left > 0 ? this.#readBody(bytes, at) : this.#readLine(bytes, at);
    }
  }

  /** The connection was closed. @throws {Error} when that was too early. */
  close(): void {
    if (this.#left === Infinity) this.#complete = true;
    if (!this.#complete) throw new Error("the connection was closed within the answer");
  }

  #readBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    this.#take(bytes.subarray(at, end));
    if (this.#left > 0) return end;
    if (this.#chunked) this.#next = "end of chunk";
    else this.#complete = true;
    return end;
  }

  #readLine(bytes: Buffer, at: number): number {
    const feed = bytes.indexOf(LINE_FEED, at);
    this.#line += bytes.toString("latin1", at, feed < 0 ? bytes.length : feed);
    if (this.#line.length > MAX_LINE) throw new Error("an HTTP line without end");
    if (feed < 0) return bytes.length;
    const line = this.#line.replace(/\r$/, "");
    this.#line = "";
    this.#turn(line);
    return feed + 1;
  }

  #turn(line: string): void {
    switch (this.#next) {
      case "status":
        this.#status = Number(matched(STATUS_LINE, line));
        this.#next = "header";
        return;
      case "header":
        if (line === "") this.#endHead();
        else this.#readHeader(line);
        return;
      case "chunk size":
        this.#left = parseInt(matched(CHUNK_SIZE, line), 16);
        if (this.#left === 0) this.#next = "trailer";
        return;
      case "end of chunk":
        if (line !== "") throw new Error("an HTTP chunk that is longer than its size");
        this.#next = "chunk size";
        return;
      case "trailer":
        if (line === "") this.#complete = true;
    }
  }

  #readHeader(line: string): void {
    this.#headers += 1;
    if (this.#headers > MAX_HEADERS) throw new Error("an HTTP head without end");
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    if (name === "transfer-encoding") {
      if (value.toLowerCase() !== "chunked") throw new Error(`HTTP in an encoding that nobody asked for: ${value}`);
      this.#chunked = true;
    } else if (name === "content-length") {
      this.#length = Number(matched(LENGTH, value));
    }
  }

  #endHead(): void {
    if (this.#status < 200) {
      this.#next = "status"; // more is to come before the answer itself
      return;
    }
    this.#next = "chunk size";
    if (this.#chunked) return;
    this.#left = this.#status === NO_CONTENT ? 0 : (this.#length ?? Infinity);
    this.#complete = this.#left === 0;
  }
}

/** What a form's first group holds. */
function matched(form: RegExp, text: string): string {
  const [, found] = form.exec(text) ?? [];
  if (found === undefined) throw new Error(`not HTTP: ${text.slice(0, 100)}`);
  return found;
}
