import { afterEach, describe, expect, it } from 'vitest';
import { beginTrace, joinTrace, NO_SPAN, recordSpansTo, sharedSpan, type Span } from './span.ts';
import type { TraceParent } from './traceparent.ts';

const SAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const NOT_SAMPLED = SAMPLED.replace(/01$/, '00');

afterEach(() => recordSpansTo(null));

const recorded = (name: string, parent: TraceParent | null): Span => ({
  isRecorded: true,
  traceparent: `${name} of ${parent?.traceId ?? 'none'}`,
  child: (childName) => recorded(childName, parent),
  setAttributes: () => undefined,
  end: () => undefined,
});

describe('where traces go nowhere', () => {
  it('what a client sent is passed on, by every child, too', () => {
    expect(beginTrace('graphql', SAMPLED).child('request order').traceparent).toBe(SAMPLED);
    expect(joinTrace('purchase', NOT_SAMPLED).traceparent).toBe(NOT_SAMPLED);
  });

  it('nothing is made up, and nothing bad passed on', () => {
    expect(beginTrace('graphql', undefined)).toBe(NO_SPAN);
    expect(beginTrace('graphql', 'nonsense')).toBe(NO_SPAN);
    expect(sharedSpan([NO_SPAN], (span) => span, 'redis reserve', {})).toBe(NO_SPAN);
  });
});

describe('where traces are recorded', () => {
  it('the edge decides which, whatever the client sends', () => {
    recordSpansTo({ start: recorded }, 0);
    expect(beginTrace('graphql', SAMPLED)).toMatchObject({ isRecorded: false, traceparent: NOT_SAMPLED });
    recordSpansTo({ start: recorded }, 1);
    expect(beginTrace('graphql', NOT_SAMPLED).isRecorded).toBe(true);
    expect(beginTrace('graphql', undefined).isRecorded).toBe(true);
  });

  it('the other processes follow the decision of the edge', () => {
    recordSpansTo({ start: recorded });
    expect(joinTrace('purchase', SAMPLED).isRecorded).toBe(true);
    expect(joinTrace('purchase', NOT_SAMPLED).isRecorded).toBe(false);
    expect(joinTrace('purchase', undefined)).toBe(NO_SPAN);
  });
});
