import { expect, it } from 'vitest';
import { labelOfDocument, operationLabel } from './requests.ts';

it('an operation is labelled by its root field, whatever it is called and however often the field is asked for', () => {
  expect(labelOfDocument('mutation Anything($i: I!) { mine: purchase(input: $i) { __typename } }')).toBe(
    'Mutation.purchase',
  );
  expect(labelOfDocument('{ a: product(id: "1") { id } b: product(id: "2") { id } }')).toBe('Query.product');
});

it('several fields are one label, so that labels are no more than the schema has fields', () => {
  expect(labelOfDocument('{ me { id } products { nodes { id } } }')).toBe('Query.several');
  expect(operationLabel(['Mutation.a', 'Mutation.b'])).toBe('Mutation.several');
});

it('what is no document has no label', () => {
  expect(labelOfDocument('{')).toBe('none');
});
