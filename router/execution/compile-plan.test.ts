import { describe, expect, it } from 'vitest';
import { Fault } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import type { ExecutionContext } from '../subgraph/execution-context.ts';
import type { SubgraphAnswer, SubgraphSource } from '../subgraph/subgraph-source.ts';
import { compilePlan } from './compile-plan.ts';
import type { Fields } from './fields.ts';
import type { FetchNode, PlanNode, QueryPlan } from './plan.ts';
import type { Run } from './run.ts';

const context: ExecutionContext = {
  identity: { caller: null, requestId: 'request-1', remainingMs: 1_000 },
  clientKey: 'test',
  deadline: 0,
  logger: createLogger('test', 'silent'),
};

const fetch = (serviceName: string, more: Partial<FetchNode> = {}): FetchNode => ({
  kind: 'Fetch',
  serviceName,
  operation: `{ of_${serviceName} }`,
  operationName: undefined,
  operationKind: 'query' as FetchNode['operationKind'],
  ...more,
});
const field = (name: string, selections?: FetchNode['requires']) =>
  ({ kind: 'Field', name, ...(selections ? { selections } : {}) }) as const;
const on = (typeCondition: string, ...names: string[]) =>
  ({ kind: 'InlineFragment', typeCondition, selections: names.map((name) => field(name)) }) as const;
const entities = (serviceName: string, more: Partial<FetchNode> = {}): FetchNode =>
  fetch(serviceName, {
    operation:
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Book { stars } } }',
    requires: [on('Book', '__typename', 'id')],
    ...more,
  });
const flatten = (path: (string | number)[], node: PlanNode): PlanNode => ({ kind: 'Flatten', path, node });
const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });

type Answers = Readonly<Record<string, Fields | Fault | Partial<SubgraphAnswer>>>;

const book = (id: string, more: object = {}) => ({ __typename: 'Book', id, ...more });
const isWhole = (answer: object): answer is Partial<SubgraphAnswer> => 'data' in answer || 'errors' in answer;

/** Executes a plan. @param answers by subgraph: the data, or all of what the source gives */
async function execute(node: PlanNode | undefined, answers: Answers, variables: Fields = {}) {
  const sent: [subgraph: string, variables: object][] = [];
  const source = (name: string): Pick<SubgraphSource, 'send'> => ({
    send: async (_document, given) => {
      sent.push([name, structuredClone(given)]);
      const answer = answers[name]!;
      if (answer instanceof Fault) return answer;
      const whole = isWhole(answer) ? answer : { data: answer };
      return { data: null, errors: [], body: null, ...whole };
    },
  });
  const subtypes = new Map([['Item', new Set(['Book', 'Film'])]]);
  const run: Run = {
    variables,
    conditions: variables,
    context,
    data: null,
    body: null,
    isSent: false,
    errors: [],
  };
  const plan = { kind: 'QueryPlan', ...(node ? { node } : {}) } as QueryPlan;
  await compilePlan(plan, { source, subtypes })?.(run, null);
  return { sent, data: run.data, errors: run.errors, body: run.body };
}

describe('a plan', () => {
  it.each<[string, PlanNode | undefined, Answers, Fields, [string, object][], unknown]>([
    ['of nothing sends nothing', undefined, {}, {}, [], null],
    [
      'of one request sends the variables that it uses, where they are given',
      fetch('a', { variableUsages: ['x', 'y', 'toString'] }),
      { a: { n: 1 } },
      { x: null, z: 2 },
      [['a', { x: null }]],
      { n: 1 },
    ],
    [
      'in parallel merges what comes',
      parallel(fetch('a'), fetch('b')),
      { a: { n: 1, list: [{ x: 1 }, { x: 2 }] }, b: { m: 2, list: [{ y: 1 }, { y: 2 }] } },
      {},
      [
        ['a', {}],
        ['b', {}],
      ],
      {
        n: 1,
        m: 2,
        list: [
          { x: 1, y: 1 },
          { x: 2, y: 2 },
        ],
      },
    ],
    [
      'in sequence goes on after a subgraph that gave no answer',
      sequence(fetch('a'), fetch('b')),
      { a: new Fault('TIMEOUT'), b: { m: 2 } },
      {},
      [
        ['a', {}],
        ['b', {}],
      ],
      { m: 2 },
    ],
    [
      'reads the entities in lists of lists, and not what is null or of another type',
      sequence(fetch('a'), flatten(['rows', '@', '@', 'item'], entities('b'))),
      {
        a: {
          rows: [
            [{ item: book('1') }, { item: null }],
            null,
            [{ item: { __typename: 'Film', id: 'f' } }, { item: book('2') }],
          ],
        },
        b: { _entities: [{ stars: 1 }, { stars: 2 }] },
      },
      {},
      [
        ['a', {}],
        ['b', { representations: [book('1'), book('2')] }],
      ],
      {
        rows: [
          [{ item: book('1', { stars: 1 }) }, { item: null }],
          null,
          [{ item: { __typename: 'Film', id: 'f' } }, { item: book('2', { stars: 2 }) }],
        ],
      },
    ],
    [
      'sends no request where there is no entity to read',
      sequence(fetch('a'), flatten(['item'], entities('b'))),
      { a: { item: null }, b: {} },
      {},
      [['a', {}]],
      { item: null },
    ],
    [
      'represents entities by an abstract type, and by fields within fields',
      sequence(
        fetch('a'),
        flatten(
          ['items', '@'],
          entities('b', {
            requires: [
              {
                ...on('Item', '__typename'),
                selections: [field('__typename'), field('code', [field('box')])],
              },
              on('Book', 'id'),
            ],
          }),
        ),
      ),
      {
        a: {
          items: [
            book('1', { code: { box: 'b', shelf: 1 } }),
            { __typename: 'Film', code: [{ box: 'c' }] },
            book('3'),
          ],
        },
        b: { _entities: [{ stars: 1 }, null] },
      },
      {},
      [
        ['a', {}],
        [
          'b',
          {
            representations: [
              { __typename: 'Book', code: { box: 'b' }, id: '1' },
              { __typename: 'Film', code: [{ box: 'c' }] },
            ],
          },
        ],
      ],
      {
        items: [
          book('1', { code: { box: 'b', shelf: 1 }, stars: 1 }),
          { __typename: 'Film', code: [{ box: 'c' }] },
          book('3'),
        ],
      },
    ],
    [
      'rewrites what is sent and what comes',
      sequence(
        fetch('a'),
        flatten(
          ['item'],
          entities('b', {
            inputRewrites: [{ kind: 'ValueSetter', path: ['... on Book', '__typename'], setValueTo: 'Item' }],
            outputRewrites: [
              { kind: 'KeyRenamer', path: ['... on Book', 'stars__alias_0'], renameKeyTo: 'stars' },
            ],
          }),
        ),
      ),
      { a: { item: book('1') }, b: { _entities: [{ stars__alias_0: 3 }] } },
      {},
      [
        ['a', {}],
        ['b', { representations: [{ __typename: 'Item', id: '1' }] }],
      ],
      { item: book('1', { stars: 3 }) },
    ],
    [
      'reads root fields below an object',
      sequence(fetch('a'), flatten(['changed', 'query'], fetch('b'))),
      { a: { changed: { query: { x: 1 } } }, b: { y: 2 } },
      {},
      [
        ['a', {}],
        ['b', {}],
      ],
      { changed: { query: { x: 1, y: 2 } } },
    ],
    [
      'follows a condition',
      sequence(
        { kind: 'Condition', condition: 'yes', ifClause: fetch('a'), elseClause: fetch('b') },
        { kind: 'Condition', condition: 'no', ifClause: fetch('b') },
      ),
      { a: { n: 1 } },
      { yes: true, no: false },
      [['a', {}]],
      { n: 1 },
    ],
  ])('%s', async (_what, node, answers, variables, sent, data) => {
    const run = await execute(node, answers, variables);
    expect(run.sent).toEqual(sent);
    expect(run.data === null ? null : (JSON.parse(JSON.stringify(run.data)) as unknown)).toEqual(data);
  });

  it.each<[string, PlanNode]>([
    ['a part that is deferred', { kind: 'Defer', primary: {}, deferred: [] }],
    ['a path by types', flatten(['items', '@|[Book]'], fetch('a'))],
  ])('with %s is not compiled', async (_what, node) => {
    await expect(execute(node, { a: {} })).rejects.toThrow('is not executed');
  });
});

describe('what names are the prototype of an object', () => {
  it('are fields as others are', async () => {
    const data = JSON.parse('{"item":{"__typename":"Book","id":"1","__proto__":null}}') as Fields;
    const entity = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"polluted":1}}') as Fields;
    const run = await execute(sequence(fetch('a'), flatten(['item'], entities('b'))), {
      a: data,
      b: { _entities: [entity] },
    });
    expect(JSON.stringify(run.data)).toBe(
      '{"item":{"__typename":"Book","id":"1","__proto__":{"polluted":1},"constructor":{"polluted":1}}}',
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

it('the type of an entity is not replaced by an interface of it, and an interface is by a type of it', async () => {
  const requires = [on('Item', '__typename', 'id')];
  const run = await execute(sequence(fetch('a'), flatten(['items', '@'], entities('b', { requires }))), {
    a: { items: [book('1'), { __typename: 'Item', id: '2' }, book('3')] },
    b: {
      _entities: [{ __typename: 'Item', stars: 1 }, { __typename: 'Book', stars: 2 }, { __typename: 'Film' }],
    },
  });
  expect(run.data).toEqual({
    items: [
      { ...book('1'), stars: 1 },
      { ...book('2'), stars: 2 },
      { ...book('3'), __typename: 'Film' },
    ],
  });
});

it('a scalar that is known is not replaced by an object', async () => {
  const run = await execute(sequence(fetch('a'), flatten(['item'], entities('b'))), {
    a: { item: book('1') },
    b: { _entities: [{ __typename: {}, id: { of: '2' } }] },
  });
  expect(run.data).toEqual({ item: book('1') });
});

describe('the place of an error', () => {
  const refused = new Fault('NOT_FOUND', 'Not there.');
  const plan = sequence(fetch('a'), flatten(['items', '@', 'book'], entities('b')));
  const items = [
    { book: null },
    { book: book('1') },
    { book: { __typename: 'Film', id: 'f' } },
    { book: book('2') },
  ];

  it('of a field of an entity is that of the entity in the answer', async () => {
    const { errors } = await execute(plan, {
      a: { items },
      b: {
        data: { _entities: [{ stars: 1 }, null] },
        errors: [{ fault: refused, path: ['_entities', 1, 'stars'] }],
      },
    });
    expect(errors).toMatchObject([
      { message: 'Not there.', place: { entity: ['items', 3, 'book'], below: ['stars'], isOfWhole: false } },
    ]);
  });

  it.each<[string, (string | number)[]]>([
    ['all entities', ['_entities']],
    ['one that was not requested', ['_entities', 7, 'stars']],
  ])('of %s is where the lists of its path begin', async (_what, path) => {
    const { errors } = await execute(plan, {
      a: { items: structuredClone(items) },
      b: { data: { _entities: [null, null] }, errors: [{ fault: refused, path }] },
    });
    expect(errors.map((error) => error.path)).toEqual([['items']]);
  });

  it('of a field that the client calls _entities is as it came', async () => {
    const { errors } = await execute(fetch('a'), {
      a: { data: { _entities: null }, errors: [{ fault: refused, path: ['_entities'] }] },
    });
    expect(errors.map((error) => error.path)).toEqual([['_entities']]);
  });

  it('of entities that were not answered is each field of each of them', async () => {
    const { errors } = await execute(plan, { a: { items: structuredClone(items) }, b: new Fault('TIMEOUT') });
    expect(errors.map(({ place }) => place)).toEqual([
      { entity: ['items', 1, 'book'], below: ['stars'], isOfWhole: true },
      { entity: ['items', 3, 'book'], below: ['stars'], isOfWhole: true },
    ]);
  });

  it('of root fields that were not answered is each of them', async () => {
    const { errors } = await execute(fetch('a', { operation: '{ __typename n: m ... { o } }' }), {
      a: new Fault('UNAVAILABLE'),
    });
    expect(errors.map(({ path }) => path)).toEqual([['n'], ['o']]);
  });

  it('is one of a hundred at the most', async () => {
    const many = Array.from({ length: 300 }, (_, id) => ({ book: book(String(id)) }));
    const { errors } = await execute(plan, { a: { items: many }, b: new Fault('TIMEOUT') });
    expect(errors).toHaveLength(100);
  });
});

describe('the body of a subgraph is that of the client', () => {
  it.each<[string, PlanNode, boolean]>([
    ['where it is the only one', fetch('a'), true],
    ['and not where another was merged into it', parallel(fetch('a'), fetch('b')), false],
    [
      'and not where it was rewritten',
      fetch('a', { outputRewrites: [{ kind: 'KeyRenamer', path: ['x'], renameKeyTo: 'y' }] }),
      false,
    ],
    ['and not where entities were read', sequence(fetch('a'), flatten(['item'], entities('c'))), false],
  ])('%s', async (_where, node, isKept) => {
    const { body } = await execute(node, {
      a: { data: { item: book('1') }, body: 'as it came' },
      b: { n: 1 },
      c: { _entities: [{ stars: 1 }] },
    });
    expect(body).toBe(isKept ? 'as it came' : null);
  });
});
