import { describe, expect, it } from 'vitest';
import { graphForThisTest, type GraphPart } from './testing/graph.ts';
import { routerForThisTest, type TestRouter } from './testing/router.ts';

// What any federation gateway should make of a supergraph, where the stock gateway or this router once did something else.

async function routerOf(...parts: readonly GraphPart[]): Promise<TestRouter> {
  const { file } = await graphForThisTest(...parts);
  return routerForThisTest({
    SUPERGRAPH_FILE: file,
    JWKS_URL: 'off',
    RATE_LIMITS: 'off',
    REDIS_URL: 'redis://127.0.0.1:9',
  });
}

describe('a value that @inaccessible hides', () => {
  const zoo: GraphPart = {
    name: 'zoo',
    typeDefs: `
      type Query { animals: [Animal!]! keeper: Keeper strict: Strict wrong: Wrong }
      type Animal { name: String! diet: Diet home: Home }
      enum Diet { PLANTS SECRET @inaccessible }
      union Home = Cage | Vault
      type Cage { bars: Int! }
      type Vault @inaccessible { code: Int! }
      type Keeper { diet: Diet! }
      type Strict { keeper: Keeper! }
      type Wrong { count: Count }
      enum Count { ONE }
    `,
    resolvers: {
      Query: {
        animals: () => [
          { name: 'ant', diet: 'PLANTS', home: { __typename: 'Cage', bars: 3 } },
          { name: 'owl', diet: 'SECRET', home: { __typename: 'Vault', code: 1 } },
        ],
        keeper: () => ({ diet: 'SECRET' }),
        strict: () => ({ keeper: { diet: 'SECRET' } }),
      },
    },
  };

  it('is null and no error where null may be: an enum value, and a type of a union', async () => {
    const router = await routerOf(zoo);
    const answer = await router.execute({
      query: '{ animals { name food: diet home { __typename ... on Cage { bars } } } }',
    });
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({
      animals: [
        { name: 'ant', food: 'PLANTS', home: { __typename: 'Cage', bars: 3 } },
        { name: 'owl', food: null, home: null },
      ],
    });
  });

  it.each(['{ keeper { diet } }', '{ strict { keeper { diet } } }'])(
    'is an error where more than the value becomes null: %s',
    async (query) => {
      const answer = await (await routerOf(zoo)).execute({ query });
      expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
    },
  );
});

it('the planner returns to a subgraph by a key that the subgraph resolves, whichever it declares first', async () => {
  const names: GraphPart = {
    name: 'names',
    typeDefs: `
      type Part @key(fields: "id") @key(fields: "code { box }", resolvable: false) {
        id: ID! code: Code! @shareable name: String!
      }
      type Code { box: ID! @shareable shelf: ID! @shareable }
    `,
    resolvers: { Part: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `part ${id}` }) } },
  };
  const labels: GraphPart = {
    name: 'labels',
    typeDefs: `
      type Query { parts: [Part!]! }
      type Part @key(fields: "code { box }", resolvable: false) @key(fields: "id code { shelf }") {
        id: ID! code: Code! @shareable name: String! @external label: String! @requires(fields: "name")
      }
      type Code { box: ID! @shareable shelf: ID! @shareable }
    `,
    resolvers: {
      Query: { parts: () => [{ id: '1', code: { box: 'b', shelf: 's' } }] },
      Part: {
        __resolveReference: (reference: { id?: string; name: string }) => (reference.id ? reference : null),
        label: ({ name }: { name: string }) => `<${name}>`,
      },
    },
  };
  const router = await routerOf(names, labels);
  const answer = await router.execute({ query: '{ parts { id name label } }' });
  expect(answer.errors).toEqual([]);
  expect(answer.data).toEqual({ parts: [{ id: '1', name: 'part 1', label: '<part 1>' }] });
});

describe('an interface without types of its own', () => {
  const shape: GraphPart = {
    name: 'shape',
    typeDefs: `
      type Query { node: Node }
      interface Node @key(fields: "id") { id: ID! }
    `,
    resolvers: { Query: { node: () => null }, Node: { __resolveType: () => null } },
  };
  const color: GraphPart = {
    name: 'color',
    typeDefs: `
      type Query { colored: Node }
      type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! color: String }
    `,
    resolvers: { Query: { colored: () => ({ id: 'n1', color: 'red' }) } },
  };

  it('does not keep the supergraph from being served: what can be planned is answered', async () => {
    const router = await routerOf(shape, color);
    const answer = await router.execute({ query: '{ colored { id color } }' });
    expect(answer).toMatchObject({ status: 200, data: { colored: { id: 'n1', color: 'red' } } });
  });

  it('and what no subgraph answers is refused and not null', async () => {
    const router = await routerOf(shape, color);
    const answer = await router.execute({ query: '{ node { color } }' });
    expect(answer.status).toBe(400);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});

describe('two fields that need one field with different arguments', () => {
  const shop: GraphPart = {
    name: 'shop',
    typeDefs: `
      type Query { items: [Item!]! }
      type Item @key(fields: "id") { id: ID! price(in: String!): Int! }
    `,
    resolvers: {
      Query: { items: () => [{ id: '1' }] },
      Item: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        price: (_: unknown, given: { in: string }) => (given.in === 'USD' ? 1 : 1_000),
      },
    },
  };
  const post: GraphPart = {
    name: 'post',
    typeDefs: `
      type Item @key(fields: "id") {
        id: ID! price(in: String!): Int! @external
        near: Int! @requires(fields: "price(in: \\"USD\\")")
        far: Int! @requires(fields: "price(in: \\"KRW\\")")
        also: Int! @requires(fields: "price(in: \\"KRW\\")")
      }
    `,
    resolvers: {
      Item: {
        __resolveReference: (item: object) => item,
        near: ({ price }: { price: number }) => price + 1,
        far: ({ price }: { price: number }) => price + 2,
        also: ({ price }: { price: number }) => price + 3,
      },
    },
  };

  it('are refused together with a sentence, through fragments too, and answered one by one', async () => {
    const router = await routerOf(shop, post);
    for (const query of [
      '{ items { near far } }',
      '{ items { near } items { ...Far } } fragment Far on Item { x: far }',
    ])
      expect(await router.execute({ query })).toMatchObject({
        status: 400,
        errors: [{ message: expect.stringContaining('near and far of Item') as string }],
      });
    expect((await router.execute({ query: '{ items { near } }' })).data).toEqual({ items: [{ near: 2 }] });
    expect((await router.execute({ query: '{ items { far also } }' })).data).toEqual({
      items: [{ far: 1_002, also: 1_003 }],
    });
  });
});
