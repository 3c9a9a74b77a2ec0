import { describe, expect, it } from 'vitest';
import { DateTime } from '../../platform/graphql/scalars.ts';
import { InvalidDocument } from '../operation/invalid-document.ts';
import { analyseOperation } from '../operation/operation.ts';
import { rulesFor } from '../testing/operations.ts';
import { assertVariables } from './variables.ts';

/** New documents cost nothing here. */
const unlimited = () => undefined;

const rules = rulesFor(
  `scalar DateTime
   enum Kind { ONE TWO }
   input Inner { amount: Int! }
   input Input { email: String!, password: String!, kind: Kind, at: DateTime, inner: Inner, list: [Int!], id: ID, flag: Boolean, share: Float }
   input Either @oneOf { a: Int, b: Int }
   directive @oneOf on INPUT_OBJECT
   type Query { int(n: Int): Int id(id: ID!): Int kind(kind: Kind): Int either(either: Either): Int }
   type Mutation { signIn(input: Input!): Int }`,
);
const scalar = rules.schema.getType('DateTime') as typeof DateTime;
scalar.parseValue = (value) => DateTime.parseValue(value);
scalar.parseLiteral = (node, variables) => DateTime.parseLiteral(node, variables);

const SECRET = 'hunter2-secret';
const NUMBER = '8210123456';

/** Where a client can write a value that does not fit there. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  'a string for a number': `{ int(n: "${SECRET}") }`,
  'a number above 32 bits': `{ int(n: ${NUMBER}) }`,
  'a fraction for a number': `{ int(n: ${NUMBER}.5) }`,
  'a block string for a number': `{ int(n: """${SECRET}""") }`,
  'a list for a number': `{ int(n: ["${SECRET}"]) }`,
  'an object for a number': `{ int(n: { a: "${SECRET}" }) }`,
  'an object for an id': `{ id(id: { a: "${SECRET}" }) }`,
  'a name for a string': `mutation { signIn(input: { email: "a", password: hunter2 }) }`,
  'a number for a string': `mutation { signIn(input: { email: "a", password: ${NUMBER} }) }`,
  'a string for an enum': `{ kind(kind: "${SECRET}") }`,
  'another enum value': `{ kind(kind: hunter2) }`,
  'a string for an instant': `mutation { signIn(input: { email: "a", password: "b", at: "${SECRET}" }) }`,
  'a number for an instant': `mutation { signIn(input: { email: "a", password: "b", at: ${NUMBER} }) }`,
  'a string for a boolean': `mutation { signIn(input: { email: "a", password: "b", flag: "${SECRET}" }) }`,
  'a string for a float': `mutation { signIn(input: { email: "a", password: "b", share: "${SECRET}" }) }`,
  'a string for an input': `mutation { signIn(input: "${SECRET}") }`,
  'a string in a list': `mutation { signIn(input: { email: "a", password: "b", list: [1, "${SECRET}"] }) }`,
  'an input that lacks a field': `mutation { signIn(input: { password: "${SECRET}" }) }`,
  'a field that the input does not have': `mutation { signIn(input: { email: "a", password: "b", hunter2: "${SECRET}" }) }`,
  'both of either': `{ either(either: { a: ${NUMBER}, b: null }) }`,
  'the default of a variable': `query ($n: Int = "${SECRET}") { int(n: $n) }`,
  'the argument of a directive': `{ int @include(if: "${SECRET}") }`,
  'a quotation mark inside a string': `mutation { signIn(input: { email: "a", password: "b"hunter2" }) }`,
  'a string where a name is expected': `{ "${SECRET}" }`,
  'a number where a name is expected': `{ ${NUMBER} }`,
  'a name where the document ends': `{ int } ${SECRET}`,
  'a word after a value': `{ int(n: 1 hunter2) }`,
  'a string that does not end': `{ id(id: "${SECRET}) }`,
  'an escape that there is not': `{ id(id: "\\hunter2") }`,
  'a reserved name for an enum': `{ kind(kind: true) int(n: "${SECRET}") }`,
  'a digit after zero': `{ int(n: 0${NUMBER}) }`,
  'a character that there is not': `{ int ;hunter2 }`,
};

const INPUT = 'mutation ($input: Input!) { signIn(input: $input) }';

const VARIABLES: Readonly<Record<string, readonly [document: string, variables: unknown]>> = {
  'a string for a number': ['query ($n: Int) { int(n: $n) }', { n: SECRET }],
  'a number above 32 bits': ['query ($n: Int) { int(n: $n) }', { n: Number(NUMBER) }],
  'a list for a number': ['query ($n: Int) { int(n: $n) }', { n: [SECRET] }],
  'an object for an id': ['query ($id: ID!) { id(id: $id) }', { id: { a: SECRET } }],
  'a string for an enum': ['query ($kind: Kind) { kind(kind: $kind) }', { kind: SECRET }],
  'a string for an input': [INPUT, { input: SECRET }],
  'an object for a password': [INPUT, { input: { email: 'a', password: { value: SECRET } } }],
  'a list for a password': [INPUT, { input: { email: 'a', password: [SECRET] } }],
  'a number for a password': [INPUT, { input: { email: 'a', password: Number(NUMBER) } }],
  'null for a password': [INPUT, { input: { email: SECRET, password: null } }],
  'a field that is missing': [INPUT, { input: { password: SECRET } }],
  'a field that there is not': [INPUT, { input: { email: 'a', password: 'b', [SECRET]: 1 } }],
  'an instant that is none': [INPUT, { input: { email: 'a', password: 'b', at: SECRET } }],
  'a string in a list': [INPUT, { input: { email: 'a', password: 'b', list: [1, SECRET] } }],
  'a string deep inside': [INPUT, { input: { email: 'a', password: 'b', inner: { amount: SECRET } } }],
  'both of either': ['query ($e: Either) { either(either: $e) }', { e: { a: Number(NUMBER), b: 1 } }],
  'a variable that is missing': [INPUT, { other: SECRET }],
};

function errorsOf(work: () => unknown): InvalidDocument['errors'] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidDocument) return error.errors;
    throw error;
  }
  return [];
}

const hidden = expect.not.stringMatching(new RegExp(`hunter2|${NUMBER}`)) as unknown;

describe.each([true, false])('an error, where suggestions are %s,', (suggestions) => {
  it.each(Object.entries(DOCUMENTS))('repeats nothing of the document: %s', (_place, source) => {
    const errors = errorsOf(() => analyseOperation(source, null, { ...rules, suggestions }, unlimited));
    expect(errors.length).toBeGreaterThan(0);
    for (const { message, locations } of errors) {
      expect(message).toEqual(hidden);
      expect(message).toMatch(/^[A-Z].{15,}\.$/);
      expect(locations?.[0]?.line).toBe(1);
    }
  });
});

describe('an error', () => {
  it.each(Object.entries(VARIABLES))('repeats nothing of a variable: %s', (_place, [source, variables]) => {
    const operation = analyseOperation(source, null, rules, unlimited);
    const errors = errorsOf(() =>
      assertVariables(rules.schema, operation, variables as Record<string, unknown>),
    );
    expect(errors.length).toBeGreaterThan(0);
    for (const { message } of errors) {
      expect(message).toEqual(hidden);
      expect(message).toMatch(/^Variable "\$\w+" .{10,}\.$/);
    }
  });

  it.each([
    [{ n: 'x' }, 'Variable "$n" does not fit: expected a value of type "Int".'],
    [{ input: { email: 'a' } }, 'does not fit: a value of type "Input" lacks "password".'],
    [
      { input: { email: 'a', password: 'b', list: [1, 'x'] } },
      'at "input.list[1]": expected a value of type "Int!".',
    ],
    [
      { input: { email: 'a', password: 'b', at: 'x' } },
      'at "input.at": DateTime must be an instant with an offset',
    ],
    [
      { input: { email: 'a', password: 'b', inner: {} } },
      'at "input.inner": a value of type "Inner" lacks "amount".',
    ],
    [{ input: { email: 'a', password: 'b', c: 1 } }, 'has a field that the type does not have'],
    [{ input: null }, 'Variable "$input" of non-null type "Input!" must not be null.'],
    [{}, 'Variable "$input" of required type "Input!" was not provided.'],
  ])('says where and what is expected: %j', (variables, message) => {
    const source = 'n' in variables ? 'query ($n: Int) { int(n: $n) }' : INPUT;
    const operation = analyseOperation(source, null, rules, unlimited);
    const [error] = errorsOf(() => assertVariables(rules.schema, operation, variables));
    expect(error?.message).toContain(message);
  });

  it('is one of five at the most, however many values do not fit', () => {
    const operation = analyseOperation(INPUT, null, rules, unlimited);
    const list = Array.from({ length: 10_000 }, () => SECRET);
    const errors = errorsOf(() =>
      assertVariables(rules.schema, operation, { input: { email: 'a', password: 'b', list } }),
    );
    expect(errors).toHaveLength(5);
  });
});
