import { randomInt } from 'node:crypto';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { randomFrom, type RandomNumbers } from '../../tests/harness/random-numbers.ts';
import { readAddedFields } from '../operation/added-fields.ts';
import { expandFragments } from '../operation/expand-fragments.ts';
import { supergraphForGateway } from '../operation/gateway-supergraph.ts';
import { readTypesWithHiddenValues } from '../operation/hidden-values.ts';
import { planOperation, type PlannedOperation } from '../operation/planned-operation.ts';
import { selectOperation } from '../operation/selected-operation.ts';
import { loadGateway, type Gateway } from '../schema/gateway.ts';
import { SubgraphSource } from '../subgraph/subgraph-source.ts';
import { randomOperation } from '../testing/random-operation.ts';
import { randomSupergraph, type RandomSupergraph } from '../testing/random-supergraph.ts';
import { stockExecution } from '../testing/stock-execution.ts';
import type { ExecutionResult } from './compiled-operation.ts';

/** `SEED=… DOCUMENTS=…` repeats; more documents find more. */
const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 120);
const PER_SUPERGRAPH = 40;
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

const logger = createLogger('test', 'silent');

interface Both {
  readonly supergraph: RandomSupergraph;
  readonly stock: Awaited<ReturnType<typeof stockExecution>>;
  readonly ours: Gateway;
  readonly plan: (source: string) => PlannedOperation;
}

/** What happens to the answers of subgraphs on their way. */
type Spoil = (text: string) => string;

async function open(supergraph: RandomSupergraph, spoil: Spoil): Promise<Both> {
  const document = parse(supergraph.sdl);
  const sdl = supergraphForGateway(document);
  const hidden = readTypesWithHiddenValues(document);
  const addedFields = readAddedFields(document);
  const answer = async (name: string, query: string, variables: object) =>
    spoil(await supergraph.answer(name, query, variables));
  const traffic = (name: string) => ({
    execute: async ({
      query,
      variables = {},
    }: {
      readonly query: string;
      readonly variables?: object | undefined;
    }) => ({
      status: 200,
      text: await answer(name, query, JSON.parse(JSON.stringify(variables)) as object),
      freshForMs: 0,
    }),
  });
  return {
    supergraph,
    stock: await stockExecution(sdl, async (...sent) => JSON.parse(await answer(...sent)) as object, hidden),
    ours: await loadGateway(sdl, (name) => new SubgraphSource(name, traffic(name), 2_000), logger, hidden),
    plan: (source) =>
      planOperation(expandFragments(selectOperation(parse(source), null)), source, addedFields),
  };
}

const context = () => ({
  identity: { caller: null, requestId: 'r', remainingMs: 1_000 },
  clientKey: 'test',
  deadline: Date.now() + 60_000,
  logger,
});

async function compare(
  { stock, ours, plan }: Both,
  source: string,
  variables: Readonly<Record<string, unknown>>,
  isStrict: boolean,
): Promise<ExecutionResult> {
  const operation = plan(source);
  const expected = await stock.execute(operation, variables);
  let actual: ExecutionResult;
  try {
    actual = await ours.execute(operation, variables, context());
  } catch (error) {
    // Where no subgraph answers it, the stock executor gives nulls.
    expect(String(error)).toMatch(/no subgraph answers it|cannot plan it/);
    return {};
  }
  if (expected.gaveUp) return actual;
  expect(JSON.stringify(actual.data)).toBe(JSON.stringify(expected.data));
  if (actual.body !== undefined) expect(JSON.parse(actual.body)).toEqual({ data: actual.data });
  if (!isStrict) return actual;
  const errors = actual.errors ?? [];
  expect(sorted(errors.map(({ message }) => message))).toEqual(
    sorted(expected.errors.map(({ message }) => message)),
  );
  if (expected.errors.every(({ path }) => path))
    expect(sorted(errors.map(({ path, message }) => JSON.stringify([path, message])))).toEqual(
      sorted(expected.errors.map(({ path, message }) => JSON.stringify([path, message]))),
    );
  return actual;
}

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

function operationsOf({ ours: { schema } }: Both, random: RandomNumbers): string[] {
  const { plain, decorated } = randomOperation(schema, random);
  return [plain, decorated].filter((source) => validate(schema, parse(source)).length === 0);
}

/** Of one subgraph each. */
const ALONE = [
  [
    '{ antsPart { __typename name size inner { size name } } }',
    '{ antsPart { inner { name } } shared(id: "1") }',
  ],
  ['{ shared(id: "2") }', 'mutation { beesPart { size inner { node { __typename } } } }'],
];

async function composedSupergraph(random: RandomNumbers): Promise<RandomSupergraph> {
  for (;;) {
    const supergraph = await randomSupergraph(random);
    if (supergraph) return supergraph;
  }
}

/** @param spoil what becomes of each answer of a subgraph */
async function compareRandom(documents: number, isStrict: boolean, spoil: Spoil) {
  const seen = { compared: 0, withErrors: 0, passedThrough: 0 };
  for (let n = 0; n < documents; n += PER_SUPERGRAPH) {
    const random = randomFrom(seed + n);
    const both = await open(await composedSupergraph(random), spoil);
    for (let m = 0; m < PER_SUPERGRAPH; m++) {
      const documentSeed = random(2 ** 31);
      const yes = random(4) > 0;
      for (const source of [...operationsOf(both, randomFrom(documentSeed)), ...(ALONE[m] ?? [])]) {
        const name = `SEED=${seed + n} DOCUMENTS=${PER_SUPERGRAPH}\n${source}`;
        const { errors, body } = await compare(both, source, { yes, no: !yes }, isStrict).catch(
          (error: unknown) => {
            throw new Error(name, { cause: error });
          },
        );
        seen.compared += 1;
        if (errors) seen.withErrors += 1;
        if (body !== undefined) seen.passedThrough += 1;
      }
    }
    await Promise.all([both.stock.stop(), both.ours.stop()]);
  }
  return seen;
}

/** One value in a few of another kind than it should be. */
function spoiled(text: string): string {
  const random = randomFrom(text.length);
  const others = [null, 'text', 7, [], {}, [null], [{ id: '1' }], { __typename: 7 }];
  return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
    key !== '' && key !== 'data' && key !== 'errors' && random(25) === 0
      ? others[random(others.length)]
      : value,
  );
}

const TIMEOUT_MS = 60_000 + DOCUMENTS * 2_000;

it(
  `random operations on random supergraphs are answered as the stock executor answers them (seed ${seed})`,
  async () => {
    const seen = await compareRandom(DOCUMENTS, true, (text) => text);
    expect(seen.compared).toBeGreaterThan(DOCUMENTS / 2);
    expect(seen.withErrors).toBeGreaterThan(0);
    expect(seen.passedThrough).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

it(
  `where subgraphs answer anything, there is an answer, the same where the stock executor has one (seed ${seed})`,
  async () => {
    const seen = await compareRandom(DOCUMENTS / 2, false, spoiled);
    expect(seen.compared).toBeGreaterThan(DOCUMENTS / 4);
  },
  TIMEOUT_MS,
);
