import { randomBytes } from 'node:crypto';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import { mailedCode, profileOf, SIGN_IN, SIGN_UP, UPDATE_PROFILE } from './testing/operations.ts';
import { callerBy, startForTest, type SubgraphUnderTest } from './testing/subgraph-under-test.ts';

const stores = useStores();
let subgraph: SubgraphUnderTest;

beforeAll(async () => {
  // The id of the key is part of what is stored.
  subgraph = await startForTest(stores, {
    ENCRYPTION_KEYS: `${'k'.repeat(32)}:${randomBytes(32).toString('base64url')}`,
  });
});
afterAll(() => subgraph.stop());

/** Of four bytes in UTF-8, the most that a character has. */
const WIDE = '😀';

/** Six bytes in JSON: a surrogate without its other half, which JSON can only write as an escape. */
const ESCAPED = '\ud800';

const longest = (character: string) => ({
  password: WIDE.repeat(100),
  name: character.repeat(100),
  phoneNumber: `+${'1'.repeat(25)}`,
  address: {
    postalCode: character.repeat(20),
    line1: character.repeat(200),
    line2: character.repeat(200),
  },
});

const longestEmail = (first: string) => {
  const label = 'b'.repeat(60);
  const domain = `${label}.${label}.${label}.example`;
  return `${first}${'a'.repeat(254 - domain.length - 2)}@${domain}`;
};

test.each([
  ['in UTF-8', WIDE, longestEmail('u')],
  ['in JSON', ESCAPED, longestEmail('j')],
])('the longest value of every rule %s is stored and read back', async (_in, character, email) => {
  expect(email).toHaveLength(254);
  const verificationCode = await mailedCode(subgraph, email);
  const input = { email, ...longest(character), verificationCode };
  const signedUp = (await subgraph.request(SIGN_UP, { input })).data?.['signUp'];
  expect(signedUp?.__typename).toBe('Session');

  const { password, ...profile } = longest(character);
  const signedIn = (await subgraph.request(SIGN_IN, { input: { email, password } })).data!['signIn']!;
  // A lone surrogate has no UTF-8; what is stored of a name is U+FFFD.
  const stored = { ...profile, name: profile.name.replaceAll(ESCAPED, '\ufffd') };
  expect(signedIn['user']).toMatchObject({ email, ...stored });

  const updated = await subgraph.request(
    UPDATE_PROFILE,
    { input: profile },
    callerBy(signedIn['accessToken']),
  );
  expect(updated.data?.['updateProfile']).toMatchObject({ __typename: 'ProfileUpdated', user: stored });
});

test('a code is not used up when what follows it fails', async () => {
  const email = 'unlucky@example.com';
  const verificationCode = await mailedCode(subgraph, email);
  const signUp = () => subgraph.request(SIGN_UP, { input: { ...profileOf(email), verificationCode } });
  const database = await createConnection(`${stores.mysqlUrl}_user`);
  const insertFails = 'ALTER TABLE account ADD CONSTRAINT nothing_more CHECK (created_at < 20000101)';
  const [rows] = await database.query<RowDataPacket[]>('SELECT created_at FROM account');
  await database.query('UPDATE account SET created_at = 19990101');
  await database.query(insertFails);
  expect((await signUp()).errors?.[0]?.extensions.code).toBe('INTERNAL');
  await database.query('ALTER TABLE account DROP CONSTRAINT nothing_more');
  await database.query('UPDATE account SET created_at = ?', [rows[0]!['created_at']]);
  await database.end();
  expect((await signUp()).data?.['signUp']?.__typename).toBe('Session');
});
