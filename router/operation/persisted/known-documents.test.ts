import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { documentHash } from './document-hash.ts';
import { knownDocuments } from './known-documents.ts';

const PAGE = `query Page($id: ID!) {  # as in its file
  product(id: $id) { name, price { amount } ... on Product { id } ...F }
}
fragment F on Product { stock { total } }
`;
const LIST = 'query List { products { nodes { __typename id } } }';
const TIME = 'query Time { serverTime }';
const known = knownDocuments(
  new Map(
    [PAGE, LIST, TIME].map((body, index) => [
      `id-${index}`,
      { body, name: ['Page', 'List', 'Time'][index]! },
    ]),
  ),
);

/** As Apollo Client 4 and urql 5 make it of PAGE. */
const APOLLO = `query Page($id: ID!) {
  product(id: $id) {
    name
    price {
      amount
      __typename
    }
    ... on Product {
      id
      __typename
    }
    ...F
    __typename
  }
}

fragment F on Product {
  stock {
    total
    __typename
  }
  __typename
}`;

const LIST_WITH_ALL = `query List {
  products {
    nodes {
      __typename
      id
    }
    __typename
  }
}`;

describe('a document of the manifest is known', () => {
  it.each([
    ['to the letter', PAGE, PAGE],
    ['as a client prints it', print(parse(PAGE)), PAGE],
    ['with the __typename that clients add', APOLLO, APOLLO],
    ['with them in front', APOLLO.replace(/( +)amount\n +__typename/, '$1__typename\n$1amount'), APOLLO],
    ['with them and another layout', APOLLO.replaceAll(/\s+/g, ' '), APOLLO],
    ['with some of them', PAGE.replace('amount', 'amount __typename'), APOLLO],
    ['with those that it lacks', LIST.replace('products {', 'products { __typename'), LIST_WITH_ALL],
  ])('%s', (_how, sent, executed) => {
    expect(known.byText(sent)).toBe(executed);
  });

  it('with one at the root, of which the answer then has one, too', () => {
    const executed = known.byText('query Time { __typename serverTime }')!;
    expect(print(parse(executed))).toBe(print(parse('query Time { serverTime __typename }')));
  });

  it('by its id, and by the hash of each text that is executed', () => {
    expect(known.byId('id-0')).toBe(PAGE);
    expect(known.byId(documentHash(PAGE))).toBe(PAGE);
    expect(known.byId(documentHash(print(parse(PAGE))))).toBe(PAGE);
    expect(known.byId(documentHash(APOLLO))).toBe(APOLLO);
    expect(known.byId(documentHash('query Time { serverTime } '))).toBeUndefined();
  });

  it('and so is every text that is executed', () => {
    for (const text of [PAGE, APOLLO]) {
      expect(known.has(text, null)).toBe(true);
      expect(known.has(text, 'Page')).toBe(true);
      expect(known.has(text, 'Another')).toBe(false);
    }
  });
});

it.each([
  ['another layout alone', `${TIME} `],
  ['an alias', 'query Time { time: serverTime __typename }'],
  ['an alias of the name of the type', PAGE.replace('amount', 'amount t: __typename')],
  ['a directive', PAGE.replace('amount', 'amount __typename @skip(if: true)')],
  ['a field more', PAGE.replace('amount', 'amount currency __typename')],
  ['a field less', PAGE.replace('price { amount }', 'price { __typename }')],
  ['another argument', PAGE.replace('id: $id', 'id: "1"').replace('amount', 'amount __typename')],
  ['another name', TIME.replace('Time', 'Times').replace('serverTime', 'serverTime __typename')],
  ['one more operation', `${TIME.replace('serverTime', 'serverTime __typename')} query B { serverTime }`],
  ['a __typename less', 'query List { products { nodes { id } } }'],
  ['nothing but __typename', '{ __typename }'],
  ['no GraphQL', 'query Time { serverTime __typename'],
  [
    'a text that is much longer',
    `${TIME.replace('serverTime', 'serverTime __typename')}${' '.repeat(10_000)}`,
  ],
])('%s makes it another document', (_what, sent) => {
  expect(known.byText(sent)).toBeUndefined();
});
