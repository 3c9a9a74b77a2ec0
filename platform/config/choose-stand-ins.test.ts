import { describe, expect, it } from 'vitest';
import { chooseStandIns } from './choose-stand-ins.ts';
import { ConfigurationError } from './environment.ts';
import { STAND_INS } from './stand-ins.ts';

/** Whatever any process needs. */
const REAL = { MYSQL_URL: 'mysql://db', REDIS_URL: 'redis://db', SMTP_URL: 'smtp://mail' };
const CHOICES = { PAYMENT_PROVIDER: 'simulator', FULFILMENT: 'simulator' };
const production = { NODE_ENV: 'production', ...REAL, ...CHOICES };

const without = (environment: NodeJS.ProcessEnv, settings: readonly string[]) =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !settings.includes(name)));

for (const { name, processes, choice, real, isDefault, inProduction } of STAND_INS)
  describe.each(processes)(`${name}, in %s`, (process) => {
    const settings = [...real, ...(choice ? [choice[0]] : [])];
    const choose = (environment: NodeJS.ProcessEnv) =>
      chooseStandIns(process, environment).map(({ setting }) => setting);

    if (isDefault)
      it('is the default outside production, without a warning', () => {
        expect(choose({})).toEqual([]);
        expect(choose({ NODE_ENV: 'test' })).toEqual([]);
      });

    if (inProduction === 'chosen')
      it('warns where it is chosen', () => {
        const [setting, value] = choice!;
        expect(choose({ ...without(production, settings), [setting]: value })).toContain(setting);
        expect(choose({ ...without(production, settings), [setting]: ` ${value}\r` })).toContain(setting);
        expect(choose({ [setting]: value })).toEqual(isDefault ? [] : [setting]);
      });

    if (isDefault && settings.length > 0)
      it('is refused in production where the setting is absent', () => {
        for (const nothing of [{}, Object.fromEntries(settings.map((setting) => [setting, ' ']))]) {
          const environment = { ...without(production, settings), ...nothing };
          expect(() => choose(environment)).toThrow(ConfigurationError);
          expect(() => choose(environment)).toThrow(`${real[0] ?? choice![0]}`);
        }
      });

    if (real.length > 0)
      it('is not used where the real thing is there', () => {
        expect(choose(production)).not.toContain(choice?.[0]);
      });

    if (inProduction === 'refused' && choice !== null)
      it('is refused in production', () => {
        expect(() => choose({ ...production, [choice[0]]: 'stock-guard:OFF' })).toThrow(choice[0]);
      });
  });

describe('a process that other machines reach', () => {
  it.each(['0.0.0.0', '::', '192.168.0.7', 'shop.example'])('at %s has no default mode', (HOST) => {
    expect(() => chooseStandIns('router', { HOST })).toThrow('NODE_ENV must be set');
    expect(chooseStandIns('router', { HOST, NODE_ENV: 'development' })).toEqual([]);
  });

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost', ''])('is none at %s', (HOST) => {
    expect(chooseStandIns('router', { HOST })).toEqual([]);
  });
});
