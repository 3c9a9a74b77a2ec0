import { randomInt } from 'node:crypto';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { randomFrom, type RandomNumbers } from '../../tests/harness/random-numbers.ts';
import { randomOperation } from '../testing/random-operation.ts';
import { randomSupergraph, type RandomSupergraph } from '../testing/random-supergraph.ts';
import { TwoExecutions } from '../testing/two-executions.ts';

/** `SEED=… DOCUMENTS=…` repeats; more documents find more. */
const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 120);
const PER_SUPERGRAPH = 40;
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

/** What happens to the answers of subgraphs on their way. */
type Spoil = (text: string) => string;

const open = (supergraph: RandomSupergraph, spoil: Spoil): Promise<TwoExecutions> =>
  TwoExecutions.open(supergraph.sdl, async (...sent) => spoil(await supergraph.answer(...sent)));

function operationsOf({ schema }: TwoExecutions, random: RandomNumbers): string[] {
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
        const actual = await both
          .compare(both.plan(source), { yes, no: !yes }, isStrict)
          .catch((error: unknown) => {
            throw new Error(name, { cause: error });
          });
        seen.compared += 1;
        if (actual?.errors) seen.withErrors += 1;
        if (actual?.body !== undefined) seen.passedThrough += 1;
      }
    }
    await both.stop();
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
