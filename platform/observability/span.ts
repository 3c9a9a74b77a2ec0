import { formatTraceParent, parseTraceParent, type TraceParent } from './traceparent.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly attributes?: Attributes;
  /** Other spans that the same work is done for. */
  readonly links?: readonly Span[];
  /** It asks another process or a store, or answers one that asked. */
  readonly kind?: 'client' | 'server';
}

/**
 * A piece of work, as OpenTelemetry has it. Handed from function to function, down to where a store is asked
 * (`current-span.ts`): on Node 20 an AsyncLocalStorage costs every promise of every request.
 */
export interface Span {
  /** Whether anybody will see what is told of it from now on; not any more when it has ended. */
  readonly isRecorded: boolean;
  /** For the next process; null when there is nothing to pass on. */
  readonly traceparent: string | null;
  child(name: string, options?: SpanOptions): Span;
  note(attributes: Attributes): void;
  /** @param failure a word or two when the work failed, without anything personal */
  end(failure?: string): void;
}

/** Where spans go. */
export interface SpanSource {
  /** @param parent null: the first span of a new trace */
  start(name: string, parent: TraceParent | null, options: SpanOptions): Span;
}

/** What nobody looks at; it only passes on what it was given. */
const unseen = (traceparent: string | null): Span => {
  const span: Span = {
    isRecorded: false,
    traceparent,
    child: () => span,
    note: () => undefined,
    end: () => undefined,
  };
  return span;
};

export const NO_SPAN = unseen(null);

let source: SpanSource | null = null;
let share = 0;

/** @param sampled how many of the traces that begin here are recorded, 0 to 1; null: from now on none is */
export function recordSpansTo(to: SpanSource | null, sampled = 1): void {
  source = to;
  share = sampled;
}

/**
 * The span of a request at the door. A trace that the client began is continued, but whether it is recorded is decided here:
 * a stranger's word must not fill the disk.
 */
export function beginTrace(name: string, header: unknown): Span {
  if (!source) return passOn(header);
  const parent = parseTraceParent(header);
  if (share >= 1 || Math.random() < share) return source.start(name, parent, { kind: 'server' });
  return parent ? unseen(formatTraceParent({ ...parent, isSampled: false })) : NO_SPAN;
}

/** The span of a request from another process of ours, which has decided already. */
export function joinTrace(name: string, header: unknown): Span {
  if (!source || header === undefined) return passOn(header);
  const parent = parseTraceParent(header);
  return parent?.isSampled ? source.start(name, parent, { kind: 'server' }) : passOn(header);
}

function passOn(header: unknown): Span {
  return header !== undefined && parseTraceParent(header) ? unseen(header as string) : NO_SPAN;
}

const MAX_LINKS = 64;

/** The span of work that is done once for many who asked: a child of the first who is recorded, linked to the others. */
export function sharedSpan<Asker>(
  askers: readonly Asker[],
  spanOf: (asker: Asker) => Span | undefined,
  name: string,
  attributes: Attributes,
): Span {
  if (!source) return NO_SPAN;
  const recorded: Span[] = [];
  for (const asker of askers) {
    const span = spanOf(asker);
    if (span?.isRecorded && recorded.push(span) > MAX_LINKS) break;
  }
  const [first, ...links] = recorded;
  return first ? first.child(name, { attributes, links }) : NO_SPAN;
}

/** Of several for whom the same work is done, the first who is recorded. */
export function firstRecorded<Asker>(
  askers: readonly Asker[],
  spanOf: (asker: Asker) => Span | undefined,
): Span {
  if (!source) return NO_SPAN;
  for (const asker of askers) {
    const span = spanOf(asker);
    if (span?.isRecorded) return span;
  }
  return NO_SPAN;
}
