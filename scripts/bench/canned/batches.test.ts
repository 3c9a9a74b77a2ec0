import { expect, it } from 'vitest';
import { readBatch, writeBatch } from './batches.ts';

it('operations of one document are read from one body, and answered in frames', () => {
  const body = JSON.stringify({ document: '{ a }', operations: [{ r: '1', v: { id: 1 } }, { r: '2' }] });
  expect(readBatch(body)).toEqual([{ query: '{ a }', variables: { id: 1 } }, { query: '{ a }' }]);
  expect(writeBatch(['{"data":"ä"}', '{}'])).toBe('0 200 13 \n{"data":"ä"}1 200 2 \n{}');
});
