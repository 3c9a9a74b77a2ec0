import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerDecoder, CLOSE, formatAnswer, type BatchedAnswer } from './batch-response.ts';

const answers = fc.array(
  fc.record({
    index: fc.nat(63),
    status: fc.constantFrom(200, 400, 401, 503),
    cacheControl: fc.constantFrom('', 'no-store', 'max-age=5, public'),
    text: fc.string({ unit: 'grapheme', maxLength: 200 }),
  }),
  { maxLength: 10 },
);

function decode(chunks: readonly Buffer[]) {
  const decoded: BatchedAnswer[] = [];
  const decoder = new AnswerDecoder((answer) => decoded.push(answer));
  for (const chunk of chunks) decoder.push(chunk);
  return { decoded, closes: decoder.closes };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('the answers to a batch', () => {
  it('are read as they were written, however they are cut into chunks', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat()), fc.boolean(), (given, places, closes) => {
        const bytes = Buffer.from((closes ? CLOSE : '') + given.map(formatAnswer).join(''));
        expect(decode(cut(bytes, places))).toEqual({ decoded: given, closes });
      }),
    );
  });

  it('are read byte by byte', () => {
    const given = [1, 2].map((index) => ({
      index,
      status: 200,
      cacheControl: '',
      text: '{"a":"ü€😀\\n"}\n',
    }));
    const bytes = Buffer.from(given.map(formatAnswer).join(CLOSE));
    expect(decode([...bytes].map((byte) => Buffer.of(byte)))).toEqual({ decoded: given, closes: true });
  });

  it.each(['x\n', '1 200\n', '1 2000 1 \na', '-1 200 1 \na', '{"data":null}\n', ' '.repeat(2_000)])(
    'are not read of %j',
    (text) => {
      expect(() => decode([Buffer.from(text)])).toThrow('not that to a batch');
    },
  );
});
