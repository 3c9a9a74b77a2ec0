import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { labelsOfDocuments, operationLabel } from './requests.ts';

const schema = buildSchema(`
  type Query { me: ID product(id: ID!): Product products: [Product!]! }
  type Product { id: ID! }
  type Mutation { purchase(input: ID): Product }
`);
const labelOf = labelsOfDocuments(schema, 100);

it('an operation is labelled by its root field, whatever it is called and however often the field is selected for', () => {
  expect(labelOf('mutation Anything($i: ID!) { mine: purchase(input: $i) { __typename } }')).toBe(
    'Mutation.purchase',
  );
  expect(labelOf('{ a: product(id: "1") { id } b: product(id: "2") { id } }')).toBe('Query.product');
});

it('several fields are one label, so that labels are no more than the schema has fields', () => {
  expect(labelOf('{ me products { id } }')).toBe('Query.several');
  expect(operationLabel(['Mutation.a', 'Mutation.b'])).toBe('Mutation.several');
});

it('what the schema does not have is no label, nor is what every object has', () => {
  for (const field of ['stranger1', 'constructor', '__proto__', 'purchase'])
    expect(labelOf(`{ ${field} }`)).toBe('none');
  expect(labelOf('subscription { me }')).toBe('none');
});

it('what is no document has no label, nor has one that is too long to be read', () => {
  expect(labelOf('{')).toBe('none');
  expect(labelOf(`{ ${'me '.repeat(200)} }`)).toBe('none');
});
