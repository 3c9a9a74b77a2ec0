import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLUnionType } from 'graphql';
import { expect, it } from 'vitest';

interface Words {
  readonly tone: string;
  readonly title: string;
  readonly text: string;
}

const { outcomes } = (await import(new URL('outcomes.mjs', import.meta.url).href)) as {
  outcomes: Readonly<Record<string, (answer: object) => Words>>;
};
const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
const members = (schema.getType('PurchaseResult') as GraphQLUnionType).getTypes().map(({ name }) => name);

it('has words for every answer of a purchase, and for nothing else', () => {
  expect(Object.keys(outcomes).sort()).toEqual([...members].sort());
});

it.each(members)('%s is told in words', (name) => {
  const answer = {
    opensAt: '2026-01-01T00:00:00.000Z',
    closedAt: null,
    limit: 2,
    alreadyHeld: 1,
    problems: [{ message: 'A whole number.' }],
  };
  const { tone, title, text } = outcomes[name]!(answer);
  expect(['good', 'bad', 'wait']).toContain(tone);
  expect(tone === 'wait').toBe(['Busy', 'OutcomeUnknown'].includes(name));
  for (const words of [title, text]) expect(words).toMatch(/^[A-Z].*\.$/);
});
