/** What requests may take. */
export interface ServerLimits {
  readonly maxBodyBytes: number;
  /** Questions computed at once. */
  readonly maxConcurrent: number;
  /** Questions that wait for one of these to end. */
  readonly maxWaiting: number;
  /** Within which a request has to arrive, its body too. */
  readonly requestSeconds: number;
  /** Within which a question is answered once it has arrived. */
  readonly answerSeconds: number;
}

/** A request that was answered, or given up by who asked (499). */
export interface AnsweredRequest {
  readonly method: string;
  /** Without what is secret in it. */
  readonly url: string;
  readonly status: number;
  readonly seconds: number;
}

/** Where a server tells of what it does; nothing here is sent to who asks. */
export interface ServerLog {
  answered(request: AnsweredRequest): void;
  /** Something that is not the fault of who asked. */
  failed(url: string, error: unknown): void;
}

/** The page as it is now. */
export interface ServedPage {
  /** Another one where the page would be another. */
  readonly version: string;
  /** The document, from its beginning. */
  html(): AsyncIterable<string>;
}

export interface ServerOptions {
  /** Of the program. */
  readonly version: string;
  readonly limits: ServerLimits;
  /** What every request has to bring. Undefined: none, and only this machine's own names are answered to. */
  readonly token: string | undefined;
  /** Origins whose pages may ask. */
  readonly cors: "*" | readonly string[];
  /** Whether POST /images is enabled. */
  readonly canAdd: boolean;
  /**
   * A JPEG of a picture that fits into a square.
   *
   * @param side of the square, in pixels
   * @throws UnreadablePicture where the picture cannot be decoded
   */
  readonly thumbnail: (path: string, side: number) => Promise<Uint8Array>;
  /** Thumbnails made at once. */
  readonly thumbnailsAtOnce: number;
  readonly page: () => ServedPage | Promise<ServedPage>;
  readonly log: ServerLog;
}
