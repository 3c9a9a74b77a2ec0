import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../logger.ts';
import { armFailpoint, isLeftOut, reachFailpoint } from './failpoint.ts';

const logger = createLogger('test', 'silent');
const arm = (FAULT_POINT?: string, NODE_ENV = 'test') =>
  armFailpoint(logger, ['before-commit'], { FAULT_POINT, NODE_ENV });

describe('an armed failpoint', () => {
  afterEach(() => arm());

  it.each(['before-commit:SIGKILL', 'stock-guard:OFF'])('%s is refused in production', (setting) => {
    expect(() => arm(setting, 'production')).toThrow('FAULT_POINT must not be set in production.');
    expect(isLeftOut('stock-guard')).toBe(false);
  });

  it.each(['before-commit', 'before-commit:SIGTERM', 'nowhere:SIGKILL', ':OFF', 'stock-guard:off'])(
    '%s is none, and is refused',
    (setting) => {
      expect(() => arm(setting)).toThrow('FAULT_POINT is not acceptable');
    },
  );

  it('disables the guard that it names, and no other', () => {
    arm('stock-guard:OFF');
    expect([isLeftOut('stock-guard'), isLeftOut('limit-guard')]).toEqual([true, false]);
  });

  it('triggers at no other place than its own', () => {
    arm('before-commit:SIGKILL');
    expect(reachFailpoint('after-commit')).toBeUndefined();
    arm('before-commit:OFF');
    expect(reachFailpoint('before-commit')).toBeUndefined();
  });
});

it('no guard is disabled by default', () => {
  arm();
  expect(isLeftOut('stock-guard')).toBe(false);
});
