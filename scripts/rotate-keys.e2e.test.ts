import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { newKey, openSale } from '../tests/harness/shop.ts';
import { useStack } from '../tests/harness/stack.ts';
import { useStores } from '../tests/harness/stores.ts';

const stack = useStack(useStores());

function rotate(what: string, variable: string, value: string): string {
  const output = execFileSync(process.execPath, ['dist/scripts/rotate-keys.js', what], {
    env: { PATH: process.env['PATH'], [variable]: value },
    encoding: 'utf8',
  });
  return /^[A-Z_]+='(.*)'$/m.exec(output)![1]!;
}

const SIGN_IN =
  'mutation { signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) { ... on Session { accessToken } } }';

async function signIn(): Promise<string> {
  const reply = await stack.ask(SIGN_IN);
  return (reply.data?.['signIn'] as { accessToken: string }).accessToken;
}

describe('after the keys were rotated and the user process was started again', () => {
  it('old tokens stay good, new ones are signed by the new key, and personal fields are still read', async () => {
    const product = await openSale(stack, { units: 1 });
    const old = await signIn();
    const before = await stack.ask('{ me { email } }', {}, old);

    const environment = {
      SIGNING_KEYS: rotate('signing', 'SIGNING_KEYS', stack.mint.signingKeys),
      ENCRYPTION_KEYS: rotate('encryption', 'ENCRYPTION_KEYS', stack.encryptionKeys),
      USER_PORT: new URL(stack.user[0]!.url).port,
    };
    await stack.user[0]!.stop();
    stack.user[0] = await stack.startService('user', environment);

    const fresh = await signIn();
    const kid = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
    expect(kid(fresh)).not.toBe(kid(old));
    for (const token of [old, fresh]) {
      expect((await stack.ask('{ me { email } }', {}, token)).data).toEqual(before.data);
    }
    const bought = await stack.ask(
      'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
      { input: { productId: product, idempotencyKey: newKey() } },
      fresh,
    );
    expect(bought.data).toEqual({ purchase: { __typename: 'PurchaseConfirmed' } });
  });
});
