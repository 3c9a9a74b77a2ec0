import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeSecrets } from '../../platform/config/secrets.ts';
import { STAND_INS, type ProcessName, type StandIn } from '../../platform/config/stand-ins.ts';
import { Service, type ServiceName } from '../harness/service.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';

const SERVICES = ['user', 'product', 'order', 'router'] as const;
const secrets = makeSecrets();
const stores = useStores();
const folder = mkdtempSync(join(tmpdir(), 'firstcome-stand-ins-'));
afterAll(() => rmSync(folder, { recursive: true }));

const of = (process: ProcessName, inProduction: StandIn['inProduction']) =>
  STAND_INS.filter((standIn) => standIn.processes.includes(process) && standIn.inProduction === inProduction);

/** Every one that may be chosen is. */
const choices = (process: ProcessName) =>
  Object.fromEntries(of(process, 'chosen').map(({ choice }) => choice!));

const production = (process: ProcessName): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  DATA_DIR: folder,
  MYSQL_URL: stores.mysqlUrl,
  REDIS_URL: stores.redisUrl,
  REDIS_PREFIX: stores.redisPrefix,
  ...Object.fromEntries(['PORT', 'USER_PORT', 'PRODUCT_PORT', 'ORDER_PORT'].map((name) => [name, '0'])),
  ...secrets,
  ...choices(process),
});

/** In production, with a fault, and without anything that can be left out. @returns what its refusal must name */
function bare(process: ProcessName): { environment: NodeJS.ProcessEnv; names: string[] } {
  const environment = { ...production(process), FAULT_POINT: 'stock-guard:OFF' };
  const missing = STAND_INS.filter(({ processes, isDefault }) => isDefault && processes.includes(process));
  for (const { choice, real } of missing)
    for (const setting of [...real, ...(choice ? [choice[0]] : [])]) delete environment[setting as never];
  const names = missing.flatMap(({ choice, real }) => (real.length > 0 ? real : (choice?.slice(0, 1) ?? [])));
  return { environment, names: ['FAULT_POINT', ...names] };
}

/** @returns the output of the process when it ends */
async function refusal(name: ServiceName, environment: NodeJS.ProcessEnv): Promise<string> {
  const started = Service.start(name, environment).then((service) => service.stop());
  const { message } = (await started.then(
    () => new Error('it has started'),
    (error: unknown) => error,
  )) as Error;
  return message;
}

describe.each(SERVICES)('in production, %s', (name) => {
  it('does not start without a choice, a secret or a mode, and names what is missing', async () => {
    const { environment, names } = bare(name);
    const withoutSecrets = { ...production(name) };
    for (const secret of Object.keys(secrets)) delete withoutSecrets[secret];
    const [unchosen, secretless, modeless] = await Promise.all([
      refusal(name, environment),
      refusal(name, withoutSecrets),
      refusal(name, { ...production(name), HOST: '0.0.0.0', NODE_ENV: '' }),
    ]);
    for (const setting of names) expect(unchosen).toMatch(new RegExp(`^${setting} must`, 'm'));
    expect(secretless).toMatch(/^\w+ must be set in production/m);
    expect(modeless).toMatch(/^NODE_ENV must be set/m);
    // EX_CONFIG of sysexits.h.
    for (const message of [unchosen, secretless, modeless]) expect(message).toContain('ended (78)');
  });
});

describe('in production, a system for which everything was chosen', () => {
  const chosen = { ...choices('user'), ...choices('order'), ...choices('router') };
  const environment = { NODE_ENV: 'production', ...secrets, ...chosen, PLAYGROUND: 'on' };
  const stack = useStack(stores, { processes: { user: 1, product: 1, order: 1, router: 1 }, environment });
  const processOf = (name: ServiceName) => (name === 'router' ? stack.routers : stack[name])[0]!;

  it.each(SERVICES)('%s warns of each choice at its start, and of nothing else', (name) => {
    const warnings = processOf(name)
      .log.split('\n')
      .filter((line) => line.includes('in place of'));
    const expected = of(name, 'chosen').map(({ choice }) => choice!.join('='));
    expect(warnings.map((line) => (JSON.parse(line) as { msg: string }).msg.split(':')[0])).toEqual(expected);
    for (const line of warnings) expect(JSON.parse(line)).toMatchObject({ level: 40 });
  });

  it('has no demo accounts, and shows none', async () => {
    const reply = await stack.execute(
      `mutation { signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) { __typename } }`,
    );
    expect(reply.data).toEqual({ signIn: { __typename: 'InvalidCredentials' } });
    const page = await (await fetch(`${stack.routers[0]!.url}/`)).text();
    expect(page.includes('firstcome-buyer')).toBe(false);
  });
});

describe('outside production', () => {
  it('the default is what stands in, without a warning', async () => {
    const { NODE_ENV: _, ...environment } = production('order');
    for (const setting of Object.keys(choices('order'))) delete environment[setting];
    const order = await Service.start('order', environment);
    await order.stop();
    expect(order.log).not.toContain('in place of');
  });
});

describe('npm start in production', () => {
  const start = (environment: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, ['dist/scripts/start.js'], {
      cwd: new URL('../../', import.meta.url),
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', DATA_DIR: folder, ...environment },
      encoding: 'utf8',
    });

  it.each([
    ['MYSQL_URL and REDIS_URL', {}],
    ['REDIS_URL', { MYSQL_URL: 'mysql://firstcome:password@127.0.0.1:3306' }],
  ])('starts no private store in the place of %s', (names, environment) => {
    const { status, stderr } = start(environment);
    expect(stderr).toContain(`${names} must be set in production`);
    expect(status).toBe(1);
  });
});
