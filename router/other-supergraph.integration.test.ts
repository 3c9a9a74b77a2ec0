import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../platform/config/environment.ts';
import {
  makeToken,
  rsaKey,
  startIssuer,
  type TestIssuer,
} from '../platform/identity/tokens/testing/issuer.ts';
import { captureLog } from '../tests/harness/captured-log.ts';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';
import { readRouterConfig } from './config.ts';
import { startRouter } from './start-router.ts';
import { compose, graphForThisTest, type GraphPart, type RunningGraph } from './testing/graph.ts';
import { routerForThisTest, startTestRouter } from './testing/router.ts';

const stores = useStores();
const key = rsaKey('key-1');
let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer(key);
});
afterAll(() => issuer.close());

const books = { b1: { id: 'b1', title: 'On Rivers' }, b2: { id: 'b2', title: 'On Hills' } };

const library: GraphPart = {
  name: 'library',
  typeDefs: `
    scalar DateTime
    type Query { books: [Book!]! lentOn(day: DateTime!): String! }
    type Mutation { lend(id: ID!): Book }
    type Book @key(fields: "id") { id: ID! title: String! author: Author }
    type Author @key(fields: "pen") { pen: String! }
  `,
  resolvers: {
    Query: {
      books: () => Object.values(books),
      lentOn: (_: unknown, { day }: { day: string }) => `lent on ${day}`,
    },
    Mutation: { lend: (_: unknown, { id }: { id: keyof typeof books }) => books[id] },
    Book: { author: () => ({ pen: 'quill' }) },
  },
};

const criticism: GraphPart = {
  name: 'book-reviews',
  typeDefs: `
    type Book @key(fields: "id") { id: ID! stars: Int! notes: [String!]! @authenticated }
    type Author @key(fields: "pen") { pen: String! fame: Int! }
  `,
  resolvers: {
    Book: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      stars: ({ id }: { id: string }) => Number(id.slice(1)),
      notes: () => ['dry'],
    },
    Author: { __resolveReference: ({ pen }: { pen: string }) => ({ pen }), fame: () => 7 },
  },
};

const weather: GraphPart = {
  name: 'weather',
  typeDefs: 'type Query { weather: String! }',
  resolvers: { Query: { weather: () => 'fair' } },
};

const settingsFor = ({ file }: Pick<RunningGraph, 'file'>) => ({
  SUPERGRAPH_FILE: file,
  JWKS_URL: issuer.jwksUrl,
  REDIS_URL: stores.redisUrl,
  REDIS_PREFIX: stores.redisPrefix,
});

const everything = '{ books { title stars author { fame } } }';

describe('a supergraph of other subgraphs', () => {
  it('is served by the names and URLs that it declares, across entities', async () => {
    const router = await routerForThisTest(settingsFor(await graphForThisTest(library, criticism)));
    const answer = await router.execute({ query: everything });
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({
      books: [
        { title: 'On Rivers', stars: 1, author: { fame: 7 } },
        { title: 'On Hills', stars: 2, author: { fame: 7 } },
      ],
    });
    const lent = await router.execute({ query: 'mutation { lend(id: "b2") { title stars } }' });
    expect(lent.data).toEqual({ lend: { title: 'On Hills', stars: 2 } });
  });

  it('has its own @authenticated kept', async () => {
    const router = await routerForThisTest(settingsFor(await graphForThisTest(library, criticism)));
    const query = '{ books { notes } }';
    expect((await router.execute({ query })).status).toBe(401);
    const answer = await router.execute({ query, token: makeToken(key) });
    expect(answer).toMatchObject({ status: 200, data: { books: [{ notes: ['dry'] }, { notes: ['dry'] }] } });
  });

  it('is sent a signed identity only where a secret is set for the subgraph', async () => {
    const graph = await graphForThisTest(library, criticism);
    const router = await routerForThisTest({
      ...settingsFor(graph),
      SUBGRAPH_IDENTITY_SECRET_BOOK_REVIEWS: 's'.repeat(43),
    });
    await router.execute({ query: everything });
    expect(graph.received['library']?.every((headers) => !('x-firstcome-identity' in headers))).toBe(true);
    expect(graph.received['book-reviews']?.every((headers) => 'x-firstcome-identity' in headers)).toBe(true);
  });

  it('is ready without an endpoint of ours at its subgraphs, and without ended sessions', async () => {
    const router = await routerForThisTest({
      ...settingsFor(await graphForThisTest(library, criticism)),
      REDIS_URL: 'redis://127.0.0.1:9',
    });
    const response = await fetch(`${router.url}/health/ready`);
    expect(await response.json()).toEqual({ ready: true, checks: { library: 'ok', 'book-reviews': 'ok' } });
  });

  it('has nothing of the shop: no live stock, no sale page, no tabs or sign-in in the playground', async () => {
    const router = await routerForThisTest(settingsFor(await graphForThisTest(library, criticism)));
    for (const path of ['/live/stock?productId=0198c0de-0000-7000-8000-000000000001', '/sale/1'])
      expect((await fetch(`${router.url}${path}`)).status).toBe(404);
    const page = await (await fetch(`${router.url}/`)).text();
    expect(page).toContain('<div id="root">');
    expect(page).not.toMatch(/signIn\(|openProducts|checkoutWishlist/i);
  });

  it('decides itself what its DateTime is', async () => {
    const router = await routerForThisTest(settingsFor(await graphForThisTest(library)));
    const answer = await router.execute({ query: '{ lentOn(day: "2026-01-02") }' });
    expect(answer.data).toEqual({ lentOn: 'lent on 2026-01-02' });
  });

  it('may have mutations of which an operation may ask for one', async () => {
    const settings = settingsFor(await graphForThisTest(library));
    const query = 'mutation { a: lend(id: "b1") { id } b: lend(id: "b2") { id } }';
    expect((await (await routerForThisTest(settings)).execute({ query })).status).toBe(200);
    const strict = await routerForThisTest({ ...settings, SINGLE_MUTATIONS: 'lend' });
    expect(await strict.execute({ query })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }],
    });
  });
});

describe('where a subgraph is', () => {
  it('is said by SUBGRAPH_URL_<NAME>, if it is set', async () => {
    const graph = await graphForThisTest(library, criticism);
    await writeFile(graph.file, compose([library, criticism], {}));
    const router = await routerForThisTest({
      ...settingsFor(graph),
      SUBGRAPH_URL_LIBRARY: graph.urls['library']!,
      SUBGRAPH_URL_BOOK_REVIEWS: `http://127.0.0.1:9/graphql, ${graph.urls['book-reviews']}`,
    });
    expect((await router.execute({ query: everything })).errors).toEqual([]);
  });

  it.each([
    ['', 'SUBGRAPH_URL_BOOK_REVIEWS must be set: the supergraph has no URL for the subgraph book-reviews.'],
    [
      'book-reviews:4001',
      'SUBGRAPH_URL_BOOK_REVIEWS must be set: the supergraph has no http:// or https:// URL for the subgraph book-reviews.',
    ],
  ])('stops the start with a sentence where it is %j', async (url, sentence) => {
    const graph = await graphForThisTest(library, criticism);
    await writeFile(graph.file, compose([library, criticism], { ...graph.urls, 'book-reviews': url }));
    const failure = await startTestRouter(settingsFor(graph)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect((failure as Error).message).toBe(sentence);
  });

  it('stops the start where the setting is no URL', async () => {
    const graph = await graphForThisTest(library, criticism);
    await expect(
      startTestRouter({ ...settingsFor(graph), SUBGRAPH_URL_LIBRARY: 'library:4001' }),
    ).rejects.toThrow(
      'SUBGRAPH_URL_LIBRARY is not acceptable: expected one or more http:// or https:// URLs, separated by commas.',
    );
  });

  it('needs no secret of the shop in production', async () => {
    const graph = await graphForThisTest(library);
    const config = readRouterConfig({
      ...settingsFor(graph),
      NODE_ENV: 'production',
      PORT: '0',
      STORES_WAIT: '0s',
      REDIS_URL: 'redis://router:password@127.0.0.1:9',
    });
    const router = await startRouter(config, captureLog().logger);
    await router.close();
  });
});

it('a slow subgraph is given its own time', async () => {
  const slow: GraphPart = {
    ...weather,
    resolvers: { Query: { weather: () => new Promise(() => undefined) } },
  };
  const router = await routerForThisTest({
    ...settingsFor(await graphForThisTest(library, slow)),
    SUBGRAPH_TIMEOUT_WEATHER: '50ms',
  });
  const answer = await router.execute({ query: '{ books { id } weather }' });
  expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'TIMEOUT' } }] });
});

describe('a supergraph that is loaded later', () => {
  async function watched(graph: RunningGraph) {
    const { logger, has } = captureLog();
    const router = await routerForThisTest({ ...settingsFor(graph), SUPERGRAPH_REFRESH: '20ms' }, logger);
    return { router, logged: has };
  }

  it('may have a new subgraph, and another URL of a known one', async () => {
    const graph = await graphForThisTest(library, criticism);
    const more = await graphForThisTest(library, criticism, weather);
    const { router } = await watched(graph);
    await writeFile(graph.file, more.supergraph);
    await waitUntil(
      'the new field',
      async () => (await router.execute({ query: '{ weather }' })).status === 200,
    );
    const before = graph.received['library']!.length;
    expect((await router.execute({ query: everything })).errors).toEqual([]);
    expect(more.received['library']!.length).toBeGreaterThan(0);
    expect(graph.received['library']!.length).toBe(before);
    await waitUntil('readiness of the subgraphs of now', async () => {
      const report = (await (await fetch(`${router.url}/health/ready`)).json()) as { checks: object };
      return Object.keys(report.checks).includes('weather');
    });
  });

  it('is refused with a sentence where a new subgraph has no URL, and the last good one serves', async () => {
    const graph = await graphForThisTest(library, criticism);
    const { router, logged } = await watched(graph);
    await writeFile(graph.file, compose([library, criticism, weather], graph.urls));
    await waitUntil('the refusal', () =>
      logged('SUBGRAPH_URL_WEATHER must be set: the supergraph has no URL for the subgraph weather.'),
    );
    expect((await router.execute({ query: everything })).errors).toEqual([]);
  });
});
