import { buildSubgraphSchema } from '@apollo/subgraph';
import { randomInt } from 'node:crypto';
import { execute, isAbstractType, parse, validate, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFrom } from '../../tests/harness/random-numbers.ts';
import { createLogger } from '../../platform/logger.ts';
import { readAddedFields } from '../operation/added-fields.ts';
import { expandFragments } from '../operation/expand-fragments.ts';
import { supergraphForGateway } from '../operation/gateway-supergraph.ts';
import type { Variables } from '../operation/selected-operation.ts';
import { planOperation } from '../operation/planned-operation.ts';
import { loadGateway, type Gateway } from '../schema/gateway.ts';
import { SubgraphSource } from '../subgraph/subgraph-source.ts';
import { compose, typeDefsOf, type GraphPart } from '../testing/graph.ts';
import { select } from '../testing/operations.ts';
import { randomOperation } from '../testing/random-operation.ts';

/** `SEED=… DOCUMENTS=…` repeats; more documents find more. */
const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 100);
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

const logger = createLogger('test', 'silent');

/** Each object as the one schema has it. */
const book = { __typename: 'Book', id: '1', title: 'On Rivers', pages: 9, score: 5 };
const film = { __typename: 'Film', id: '2', title: 'On Hills', length: 1.5, score: 4 };
const root = {
  book,
  books: [book],
  media: [film, book],
  best: film,
  change: book,
  node: ({ id }: { readonly id: string }) => [book, film].find((one) => one.id === id) ?? null,
  note: { tags: ['a'], text: 'b', lang: 'c', about: book },
};

const library: GraphPart = {
  name: 'library',
  typeDefs: `
    interface Node { id: ID! }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media & Node @key(fields: "id") { id: ID! title: String pages: Int! }
    type Film implements Media & Node @key(fields: "id") { id: ID! title: String length: Float }
    type Note { tags: [String!] text: String lang: String about: Book }
    type Query { book: Book books: [Book!] media: [Media!] node(id: ID!): Node note: Note }
    type Mutation { change: Book }
  `,
  resolvers: {
    Media: { __resolveReference: root.node },
    Book: { __resolveReference: root.node },
    Film: { __resolveReference: root.node },
  },
};

const criticism: GraphPart = {
  name: 'criticism',
  typeDefs: `
    type Media @key(fields: "id") @interfaceObject { id: ID! score: Int }
    type Query { best: Media }
  `,
  resolvers: {
    Media: {
      __resolveReference: ({ id }: { readonly id: string }) => ({
        ...root.node({ id }),
        __typename: 'Media',
      }),
    },
  },
};

const subgraphs = new Map<string, GraphQLSchema>(
  [library, criticism].map((part) => {
    const schema = buildSubgraphSchema({ typeDefs: parse(typeDefsOf(part)), resolvers: part.resolvers! });
    resolveTypes(schema);
    return [part.name, schema];
  }),
);

function resolveTypes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()))
    if (isAbstractType(type)) type.resolveType = (value) => (value as typeof book).__typename;
}

let gateway: Gateway;
let addedFields: ReadonlySet<string>;

beforeAll(async () => {
  const supergraph = parse(compose([library, criticism], {}));
  addedFields = readAddedFields(supergraph);
  const source = (name: string) =>
    new SubgraphSource(
      name,
      {
        execute: async ({ query, variables = {} }) => ({
          status: 200,
          text: JSON.stringify(
            await execute({
              schema: subgraphs.get(name)!,
              document: parse(query),
              rootValue: root,
              variableValues: { ...variables },
            }),
          ),
          freshForMs: 0,
        }),
      },
      2_000,
    );
  gateway = await loadGateway(supergraphForGateway(supergraph), source, logger);
});
afterAll(() => gateway.stop());

const context = () => ({
  identity: { caller: null, requestId: 'r', remainingMs: 1_000 },
  clientKey: 'test',
  deadline: Date.now() + 60_000,
  logger,
});

async function answerTo(source: string, variables: Variables = {}): Promise<string> {
  const planned = planOperation(expandFragments(select(source)), source, addedFields);
  const { data, errors } = await gateway.execute(planned, variables, context());
  return JSON.stringify({ errors, data });
}

async function expected(source: string, variableValues: Variables = {}): Promise<string> {
  const { errors, data } = await execute({
    schema: gateway.schema,
    document: parse(source),
    rootValue: root,
    variableValues,
    typeResolver: (value) => (value as typeof book).__typename,
  });
  return JSON.stringify({ errors, data });
}

it.each([
  // A type of an object is known in the fragments of its interfaces, too.
  '{ books { ... on Node { ... on Book { title } } } }',
  '{ book { ...N } } fragment N on Node { id ...B } fragment B on Book { ... on Media { ... on Book { pages } title } }',
  '{ book { ... on Media { t: __typename ... on Node { ... on Book { id } } } } note { about { ... on Node { ... on Book { pages } } } } }',
  '{ media { ... on Node { id ... on Book { pages } ... on Film { length } } } node(id: "2") { ... on Media { ... on Film { score } } } }',
  // What is left in needs no answer of a subgraph.
  'query ($no: Boolean! = false) { node(id: "none") @skip(if: $no) { ... on Film @include(if: false) { id } } }',
  'query ($no: Boolean! = false, $yes: Boolean! = true) { __typename node(id: "none") @skip(if: $no) { ... @include(if: $no) { id } title: __typename @skip(if: $yes) } }',
  // The order of fields is that in which they are found first, and so is that within objects that are selected in several places.
  '{ note { ... on Note { tags } text ...F } } fragment F on Note { lang }',
  '{ note { ... on Note { tags } text ... on Note { lang } } }',
  '{ note { about { id } ... on Note { about { title } } about { pages } } }',
  '{ note { about @skip(if: false) { id } about { title } about @skip(if: false) { pages } } }',
  '{ node(id: "1") { ... on Book { title } id ... on Media { title score } ... on Book { score pages } } }',
  '{ note { ... on Note { about { ... on Book { id } title } } ... @skip(if: false) { about { ... on Book { pages } } } ... on Note { about { ... on Book { score } } lang } } }',
])('is answered as graphql-js answers it with one schema: %s', async (source) => {
  expect(await answerTo(source)).toBe(await expected(source));
});

it(`random operations are answered as graphql-js answers them with one schema (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  let compared = 0;
  while (compared < DOCUMENTS) {
    const { decorated, variables } = randomOperation(gateway.schema, random);
    if (validate(gateway.schema, parse(decorated)).length > 0) continue;
    compared += 1;
    expect(await answerTo(decorated, variables), decorated).toBe(await expected(decorated, variables));
  }
});
