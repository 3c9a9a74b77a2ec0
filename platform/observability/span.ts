import { formatTraceParent, parseTraceParent, type TraceParent } from './traceparent.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly attributes?: Attributes;
  /** Other spans that the same work is done for. */
  readonly links?: readonly Span[];
  /** `client`: a request to another process or a store; `server`: the processing of such a request. */
  readonly kind?: 'client' | 'server';
}

/**
 * A span of OpenTelemetry. Passed from function to function, down to the drivers of the stores
 * (`current-span.ts`): on Node 20 an AsyncLocalStorage costs every promise of every request.
 */
export interface Span {
  /** Whether attributes are recorded from now on; false once it has ended. */
  readonly isRecorded: boolean;
  /** For the next process; null when there is nothing to pass on. */
  readonly traceparent: string | null;
  child(name: string, options?: SpanOptions): Span;
  setAttributes(attributes: Attributes): void;
  /** @param failure a word or two when the work failed, without anything personal */
  end(failure?: string): void;
}

/** Where spans go. */
export interface SpanSource {
  /** @param parent null: the first span of a new trace */
  start(name: string, parent: TraceParent | null, options: SpanOptions): Span;
}

/** A span that is not recorded; it only propagates its `traceparent`. */
const unrecorded = (traceparent: string | null): Span => {
  const span: Span = {
    isRecorded: false,
    traceparent,
    child: () => span,
    setAttributes: () => undefined,
    end: () => undefined,
  };
  return span;
};

export const NO_SPAN = unrecorded(null);

let source: SpanSource | null = null;
let share = 0;

/** @param sampled how many of the traces that begin here are recorded, 0 to 1; null: from now on none is */
export function recordSpansTo(to: SpanSource | null, sampled = 1): void {
  source = to;
  share = sampled;
}

/**
 * The span of a request at the edge. A trace that the client began is continued, but whether it is recorded is decided here, because
 * clients must not control the volume of traces.
 */
export function beginTrace(name: string, header: unknown): Span {
  if (!source) return passOn(header);
  const parent = parseTraceParent(header);
  if (share >= 1 || Math.random() < share) return source.start(name, parent, { kind: 'server' });
  return parent ? unrecorded(formatTraceParent({ ...parent, isSampled: false })) : NO_SPAN;
}

/** The span of a request from another process of this system, which has made the sampling decision. */
export function joinTrace(name: string, header: unknown): Span {
  if (!source || header === undefined) return passOn(header);
  const parent = parseTraceParent(header);
  return parent?.isSampled ? source.start(name, parent, { kind: 'server' }) : passOn(header);
}

function passOn(header: unknown): Span {
  return header !== undefined && parseTraceParent(header) ? unrecorded(header as string) : NO_SPAN;
}

const MAX_LINKS = 64;

/** The span of work that is done once for many requests: a child of the first recorded one, linked to the others. */
export function sharedSpan<Request>(
  requests: readonly Request[],
  spanOf: (request: Request) => Span | undefined,
  name: string,
  attributes: Attributes,
): Span {
  if (!source) return NO_SPAN;
  const recorded: Span[] = [];
  for (const request of requests) {
    const span = spanOf(request);
    if (span?.isRecorded && recorded.push(span) > MAX_LINKS) break;
  }
  const [first, ...links] = recorded;
  return first ? first.child(name, { attributes, links }) : NO_SPAN;
}

/** Of the requests that share work, the first recorded span. */
export function firstRecorded<Request>(
  requests: readonly Request[],
  spanOf: (request: Request) => Span | undefined,
): Span {
  if (!source) return NO_SPAN;
  for (const request of requests) {
    const span = spanOf(request);
    if (span?.isRecorded) return span;
  }
  return NO_SPAN;
}
