import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingOf } from '../../platform/config/environment.ts';
import { loadEnvironment } from '../../platform/config/load-environment.ts';
import { ShopClient } from '../seed/shop-client.ts';
import { mailedCodes } from './mailed-codes.ts';
import { operation } from '../operation.ts';
import { readCommandLine, runScript } from '../command-line.ts';
import { wholeNumber } from './whole-number.ts';

/** `npm run perf:accounts`: accounts for load tests in which people sign in. */
const HELP = `npm run perf:accounts -- [--users N]

Opens N accounts (200) in the shop at BASE_URL (http://localhost:4000), as a client does: it requests a code, reads it
from the mails in DATA_DIR (.data), and signs up. A password hash each takes its time: some 30 accounts a second.
The result is perf/.accounts.json, where the load tests look for it.
`;

const OUTPUT = settingOf('ACCOUNTS') ?? 'perf/.accounts.json';
const AT_ONCE = 8;

interface Account {
  readonly email: string;
  readonly password: string;
}

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: { users: { type: 'string', default: '200' } },
  });
  const users = wholeNumber('--users', values.users);
  loadEnvironment();

  const shop = new ShopClient(`${settingOf('BASE_URL') ?? 'http://localhost:4000'}/graphql`);
  const mails = join(settingOf('DATA_DIR') ?? '.data', 'mail');
  const run = randomBytes(4).toString('hex');
  const accounts = Array.from({ length: users }, (_, number) => ({
    email: `perf-${run}-${number}@firstcome.example`,
    password: randomBytes(12).toString('base64url'),
  }));

  for (let done = 0; done < users; done += AT_ONCE) {
    await open(accounts.slice(done, done + AT_ONCE), shop, mails);
    if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${users}`);
  }
  await writeFile(OUTPUT, JSON.stringify(accounts), { mode: 0o600 });
  console.log(`${process.stdout.isTTY ? '\r' : ''}${users} accounts are in ${OUTPUT}.`);
}

async function open(accounts: readonly Account[], shop: ShopClient, mails: string): Promise<void> {
  const since = new Date();
  await Promise.all(
    accounts.map(({ email }) => shop.execute(operation('RequestEmailVerification'), { input: { email } })),
  );
  const codes = await mailedCodes(mails, since);
  await Promise.all(
    accounts.map(async (account) => {
      const verificationCode = codes.get(account.email);
      if (!verificationCode)
        throw new Error(`There is no mail with a code in ${mails}: set the shop's DATA_DIR.`);
      const input = {
        ...account,
        verificationCode,
        name: 'Load Test',
        phoneNumber: '+82 10 0000 0000',
        address: { postalCode: '04524', line1: '110 Sejong-daero' },
      };
      const { signUp } = await shop.execute<{ signUp: { __typename: string } }>(operation('SignUp'), {
        input,
      });
      if (signUp.__typename !== 'Session')
        throw new Error(`signing up was answered with ${signUp.__typename}`);
    }),
  );
}

runScript(main);
