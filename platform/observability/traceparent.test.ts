import { expect, it } from 'vitest';
import { formatTraceParent, parseTraceParent } from './traceparent.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

it('is read as it is written', () => {
  for (const header of [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`])
    expect(formatTraceParent(parseTraceParent(header)!)).toBe(header);
});

it('of a later version may have more parts and flags', () => {
  expect(parseTraceParent(`cc-${TRACE}-${SPAN}-03-what-comes-later`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    isSampled: true,
  });
});

it.each([
  undefined,
  '',
  [`00-${TRACE}-${SPAN}-01`],
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE}-${SPAN}-01\r\nx: y`,
  `cc-${TRACE}-${SPAN}-01-${'x'.repeat(200)}`,
])('is none when it is not valid: %j', (header) => {
  expect(parseTraceParent(header)).toBeNull();
});
