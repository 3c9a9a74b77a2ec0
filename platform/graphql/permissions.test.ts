import { buildSchema, type GraphQLFieldResolver } from 'graphql';
import { expect, it } from 'vitest';
import { allow, applyPermissions, hasScope, isAuthenticated } from './permissions.ts';

const schema = applyPermissions(buildSchema('type Query { open: Int mine: Int stock: Int }'), {
  Query: { open: allow, mine: isAuthenticated, stock: hasScope('stock:write') },
});

function resolve(field: string, caller: { readonly scopes: ReadonlySet<string> } | null): unknown {
  const resolver = schema.getQueryType()!.getFields()[field]!.resolve as GraphQLFieldResolver<object, object>;
  return resolver({ [field]: 1 }, {}, { caller }, { fieldName: field } as never);
}

const CALLER = { scopes: new Set(['stock:write']) };

it('a field whose rule passes is resolved at once, without a promise', () => {
  expect(resolve('mine', CALLER)).toBe(1);
  expect(resolve('stock', CALLER)).toBe(1);
});

it.each([
  ['mine', null, 'UNAUTHENTICATED'],
  ['stock', null, 'UNAUTHENTICATED'],
  ['stock', { scopes: new Set(['catalog:write']) }, 'FORBIDDEN'],
])('%s for %j is refused, and not resolved', async (field, caller, code) => {
  expect(await resolve(field, caller)).toMatchObject({ code });
});
