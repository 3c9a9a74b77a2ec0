import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../../platform/identity/identity.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { ENTITIES, profileOf, signUpAs, UPDATE_PROFILE } from '../testing/operations.ts';
import { callerBy, startForTest, type SubgraphUnderTest } from '../testing/subgraph-under-test.ts';

const stores = useStores();
let subgraph: SubgraphUnderTest;
let ada: Caller;
let bob: Caller;
let administrator: Caller;

beforeAll(async () => {
  subgraph = await startForTest(stores);
  ada = callerBy((await signUpAs(subgraph, 'ada@example.com')).accessToken);
  bob = callerBy((await signUpAs(subgraph, 'bob@example.com')).accessToken);
  administrator = {
    userId: '018f0000-0000-7000-8000-000000000000',
    scopes: new Set(['user:read']),
    sessionId: null,
  };
});

afterAll(async () => {
  await subgraph.stop();
});

const UNKNOWN = '018f0000-0000-7000-8000-00000000dead';
const FIELDS = '__typename id role createdAt email name phoneNumber address { line1 }';
const VISIBLE = { email: 'ada@example.com', name: 'Ada Lovelace', phoneNumber: '+44 20 7946 0000' };
const HIDDEN = {
  __typename: 'User',
  role: 'USER',
  email: null,
  name: null,
  phoneNumber: null,
  address: null,
};

async function entitiesFor(caller: Caller | null, ...ids: string[]) {
  const { data, errors } = await subgraph.request(
    ENTITIES,
    { ids: ids.map((id) => ({ __typename: 'User', id })) },
    caller,
  );
  expect(errors).toBeUndefined();
  return data!['_entities'] as unknown as unknown[];
}

describe('through _entities', () => {
  test('users see themselves, and of others only what is public', async () => {
    const [self, other] = await entitiesFor(ada, ada.userId, bob.userId);
    expect(self).toMatchObject({ ...VISIBLE, address: { line1: '12 St James’s Square' } });
    expect(other).toMatchObject({ ...HIDDEN, id: bob.userId });
  });

  test('an anonymous request reads no user', async () => {
    expect(await entitiesFor(null, ada.userId, bob.userId)).toEqual([null, null]);
  });

  test('scopes other than user:read do not open it', async () => {
    const [seen] = await entitiesFor(
      { ...bob, scopes: new Set(['order:read', 'catalog:write']) },
      ada.userId,
    );
    expect(seen).toMatchObject(HIDDEN);
  });

  test('user:read opens it', async () => {
    const [seen] = await entitiesFor(administrator, ada.userId);
    expect(seen).toMatchObject(VISIBLE);
  });

  test('ids without an account are null, in their place', async () => {
    const seen = await entitiesFor(administrator, UNKNOWN, ada.userId, 'not an id');
    expect(seen).toMatchObject([null, { id: ada.userId }, null]);
  });
});

describe('user(id)', () => {
  const QUERY = `query ($id: ID!) { user(id: $id) { ${FIELDS} } }`;

  test('needs the scope user:read', async () => {
    for (const [caller, code] of [
      [null, 'UNAUTHENTICATED'],
      [ada, 'FORBIDDEN'],
    ] as const) {
      const { data, errors } = await subgraph.request(QUERY, { id: ada.userId }, caller);
      expect(data?.['user']).toBeNull();
      expect(errors?.[0]?.extensions.code).toBe(code);
    }
  });

  test('gives administrators everything, or null', async () => {
    const found = await subgraph.request(QUERY, { id: ada.userId }, administrator);
    expect(found.data?.['user']).toMatchObject(VISIBLE);
    for (const id of [UNKNOWN, 'not an id', '']) {
      expect(await subgraph.request(QUERY, { id }, administrator)).toEqual({ data: { user: null } });
    }
  });
});

describe('me', () => {
  test('is the caller', async () => {
    const { data } = await subgraph.request(`{ me { ${FIELDS} } }`, {}, ada);
    expect(data?.['me']).toMatchObject({ id: ada.userId, ...VISIBLE });
  });

  test('is UNAUTHENTICATED without a token', async () => {
    const { errors } = await subgraph.request('{ me { id } }');
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('updating the profile', () => {
  const update = async (input: object, caller: Caller) =>
    (await subgraph.request(UPDATE_PROFILE, { input }, caller)).data!['updateProfile']!;

  test('changes what is given and leaves the rest', async () => {
    const moved = { postalCode: '04524', line1: '서울특별시 중구 세종대로 110', line2: '3층' };
    expect(await update({ address: moved }, bob)).toMatchObject({
      __typename: 'ProfileUpdated',
      user: { email: 'bob@example.com', name: 'Ada Lovelace', address: moved },
    });
    expect(await update({ name: 'Bob', phoneNumber: null }, bob)).toMatchObject({
      user: { name: 'Bob', phoneNumber: profileOf('').phoneNumber, address: moved },
    });
    expect(await update({}, bob)).toMatchObject({ user: { name: 'Bob', address: moved } });
  });

  test('names every problem and changes nothing', async () => {
    const answer = await update(
      { name: '', phoneNumber: '12', address: { postalCode: '1', line1: ' ' } },
      ada,
    );
    expect(answer).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'name' }, { path: 'phoneNumber' }, { path: 'address.line1' }],
    });
    const [self] = await entitiesFor(ada, ada.userId);
    expect(self).toMatchObject(VISIBLE);
  });

  test('an account that was deleted is not updated', async () => {
    const { errors } = await subgraph.request(
      UPDATE_PROFILE,
      { input: { name: 'Eve' } },
      { ...ada, userId: UNKNOWN },
    );
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
