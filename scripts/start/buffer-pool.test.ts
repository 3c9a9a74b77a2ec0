import { expect, it } from 'vitest';
import { bufferPoolOption } from './buffer-pool.ts';

const GIB = 2 ** 30;

it.each([
  [GIB / 2, '128M'],
  [4 * GIB, '512M'],
  [64 * GIB, '1024M'],
])('of a machine with %d bytes of memory is %s', (memory, size) => {
  expect(bufferPoolOption(memory)).toBe(`--innodb-buffer-pool-size=${size}`);
});
