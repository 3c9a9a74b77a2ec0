import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, type GraphQLEnumType, type GraphQLUnionType } from 'graphql';
import { expect, it } from 'vitest';

const load = <Module>(name: string) => import(new URL(name, import.meta.url).href) as Promise<Module>;
const { words } = await load<{ words: Record<string, readonly string[]> }>('words.mjs');
const { tones, isFinal } = await load<{
  tones: Record<string, string>;
  isFinal: (answer: { __typename: string }, wish: { isUncertain: boolean }) => boolean;
}>('outcomes.mjs');
const { chooseLanguage } = await load<{
  chooseLanguage: (wanted: readonly string[]) => { tag: string; language: string };
}>('language.mjs');

const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
const membersOf = (union: string) =>
  (schema.getType(union) as GraphQLUnionType).getTypes().map(({ name }) => name);
const valuesOf = (name: string) =>
  (schema.getType(name) as GraphQLEnumType).getValues().map((value) => value.name);
const valueNames = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

it('has each text in both languages, with the same values', () => {
  const wrong = Object.entries(words).filter(([, row]) => {
    const [english = '', korean = '', ...more] = row;
    const isRight = /[a-z]/.test(english) && !/[가-힣]/.test(english) && /[가-힣]/.test(korean);
    return !isRight || more.length > 0 || String(valueNames(english)) !== String(valueNames(korean));
  });
  expect(wrong).toEqual([]);
});

it('has words for every answer of a purchase', () => {
  for (const name of membersOf('PurchaseResult')) {
    expect([name, ['good', 'bad', 'wait'].includes(tones[name]!)]).toEqual([name, true]);
    expect(Object.keys(words)).toEqual(expect.arrayContaining([`${name}.title`, `${name}.text`]));
  }
});

it('has words for every status, and for every refusal of a sign-in and of a payment', () => {
  const named = [
    ...valuesOf('SaleStatus').map((status) => `status.${status}`),
    ...valuesOf('OrderStatus').map((status) => `order.${status}`),
    ...membersOf('SignInResult').flatMap((name) => (name === 'Session' ? [] : [`signIn.${name}`])),
    ...[...membersOf('PreparePaymentResult'), ...membersOf('PayResult')].flatMap((name) =>
      name === 'PaymentPrepared' ? [] : [`pay.${name}`],
    ),
  ];
  expect(named.filter((name) => !(name in words))).toEqual([]);
});

it('has every word that the page names', () => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => /^(?!words\.|.*test).*\.(?:mjs|html)$/.test(name))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const named = sources.flatMap((source) =>
    [...source.matchAll(/(?:data-word="|data-label="|say\('|word: ')([^"']+)/g)].map(([, name]) => name!),
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !(name in words))).toEqual([]);
});

it.each([
  [['ko-KR', 'en'], 'ko-KR', 'ko'],
  [['fr', 'ko'], 'ko', 'ko'],
  [['de-DE', 'en-GB', 'ko'], 'en-GB', 'en'],
  [['KO-kr'], 'KO-kr', 'ko'],
  [['kok', 'ja'], 'en', 'en'],
  [[], 'en', 'en'],
])('of %j it takes %s', (wanted, tag, language) => {
  expect(chooseLanguage(wanted)).toEqual({ tag, language });
});

it('ends a wish by the answer of the shop alone: a refusal of the request says nothing of earlier tries', () => {
  const uncertain = { isUncertain: true };
  const fresh = { isUncertain: false };
  for (const name of ['PurchaseConfirmed', 'SoldOut', 'PurchaseAbandoned'])
    expect([name, isFinal({ __typename: name }, uncertain)]).toEqual([name, true]);
  for (const name of ['Busy', 'OutcomeUnknown', 'NO_ANSWER', 'UNAUTHENTICATED'])
    expect([name, isFinal({ __typename: name }, fresh)]).toEqual([name, false]);
  for (const name of ['BAD_REQUEST', 'FORBIDDEN'])
    expect([name, isFinal({ __typename: name }, fresh), isFinal({ __typename: name }, uncertain)]).toEqual([
      name,
      true,
      false,
    ]);
});
