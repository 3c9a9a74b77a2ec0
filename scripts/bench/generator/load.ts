/** What is sent, in a form that can be posted to another thread. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `KEY` in it becomes a new idempotency key in each request. */
  readonly body: string;
  /** One for each request, from the first on and then again; none: no token is sent. */
  readonly tokens: readonly string[];
  readonly connections: number;
  readonly stop: { readonly afterSeconds: number } | { readonly afterRequests: number };
  /** Requests a second at fixed moments ("open"); without it each connection sends when its answer has come ("closed"). */
  readonly rate?: number;
  /** Answers by name: the first that has this text counts. What has none of them has failed. */
  readonly answers: Readonly<Record<string, string>>;
}

export interface LoadResult {
  readonly seconds: number;
  readonly sent: number;
  /** By the names in `answers`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: number;
  /** The first answer that has failed. */
  readonly failure?: string | undefined;
  /** Of every answer; where the rate is fixed, from the moment at which the request was due. */
  readonly milliseconds: Float64Array;
}

/** Stands in `body` where the idempotency key is put. */
export const KEY = '{KEY}';
