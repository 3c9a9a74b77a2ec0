import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { readAccessRules } from './access-rules.ts';
import { supergraphForGateway } from './gateway-supergraph.ts';

const SPECS = 'https://specs.apollo.dev';

it('takes the rules out of the committed supergraph, and nothing else', () => {
  const committed = readFileSync('schema/supergraph.graphql', 'utf8');
  const forGateway = supergraphForGateway(parse(committed));
  expect(forGateway).not.toMatch(/authenticated|requiresScopes/);
  expect(forGateway).toContain('@listSize');
  expect(forGateway).toContain('@join__field(graph: ORDER)');
  expect(parse(forGateway).definitions.length).toBe(parse(committed).definitions.length - 3);
});

it('reads the rules of the committed supergraph', () => {
  const rules = readAccessRules(parse(readFileSync('schema/supergraph.graphql', 'utf8')));
  expect(rules.get('Mutation.purchase')).toEqual({ scopes: [] });
  expect(rules.get('Mutation.restock')).toEqual({ scopes: [[['stock:write']]] });
  expect(rules.has('Query.products')).toBe(false);
});

it('knows the directives by the names that the supergraph gives them', () => {
  const renamed = parse(`
    schema @link(url: "${SPECS}/link/v1.0") @link(url: "${SPECS}/authenticated/v0.1", as: "signedIn", for: SECURITY) { query: Query }
    directive @signedIn on FIELD_DEFINITION
    directive @authenticated on FIELD_DEFINITION
    type Query { mine: Int @signedIn other: Int @authenticated }
  `);
  expect([...readAccessRules(renamed).keys()]).toEqual(['Query.mine']);
  const forGateway = supergraphForGateway(renamed);
  expect(forGateway).not.toContain('signedIn');
  expect(forGateway).toContain('other: Int @authenticated');
});

it('leaves in a rule that this router does not enforce, so that the gateway refuses it', () => {
  const policy = `schema @link(url: "${SPECS}/policy/v0.1", for: SECURITY) { query: Query } type Query { a: Int @policy }`;
  expect(supergraphForGateway(parse(policy))).toContain('policy/v0.1');
});
