import * as fc from 'fast-check';
import {
  executeSync,
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  parse,
  validate,
} from 'graphql';
import type { GraphQLOutputType, GraphQLSchema } from 'graphql';
import { describe, expect } from 'vitest';
import { itHolds } from '../../tests/harness/properties.ts';
import { rulesFor } from '../testing/operations.ts';
import { randomOperations } from '../testing/random-operation.ts';
import { randomSchema } from '../testing/random-schema.ts';
import type { AccessRules } from './access-rules.ts';
import { requiredAccess } from './required-access.ts';
import { selectOperation } from './selected-operation.ts';

/** Executes the document, with objects of random types behind interfaces and unions. @returns all types and fields that it met */
function touchedBy(schema: GraphQLSchema, source: string, choice: number): Set<string> {
  const touched = new Set<string>();
  const valueOf = (type: GraphQLOutputType): unknown => {
    if (isNonNullType(type)) return valueOf(type.ofType);
    if (isListType(type)) return [valueOf(type.ofType)];
    const named = getNamedType(type);
    if (isAbstractType(named)) {
      const possible = schema.getPossibleTypes(named);
      return { __typename: possible[choice % possible.length]!.name };
    }
    return named.name === 'Level' ? 'LOW' : named.name === 'String' ? 'text' : { __typename: named.name };
  };
  const { errors } = executeSync({
    schema,
    document: parse(source),
    variableValues: { yes: true, no: false },
    typeResolver: (value) => (value as { readonly __typename: string }).__typename,
    fieldResolver: (_value, _given, _context, { parentType, fieldName, returnType }) => {
      for (const key of [parentType.name, `${parentType.name}.${fieldName}`, getNamedType(returnType).name])
        touched.add(key);
      return valueOf(returnType);
    },
  });
  if (errors) throw new Error('The test is wrong.', { cause: errors[0] });
  return touched;
}

/** The rules of what was touched, in the form of `requiredAccess`. */
function accessTo(touched: ReadonlySet<string>, rules: AccessRules) {
  const kept = [...touched].flatMap((key) => rules.get(key) ?? []);
  return {
    authenticated: kept.length > 0,
    scopes: new Set(kept.flatMap(({ scopes }) => scopes).map((choice) => JSON.stringify(choice))),
  };
}

const SCHEMA = randomSchema.chain((made) => {
  const { schema, access } = rulesFor(made.sdl);
  return fc.record({
    made: fc.constant(made),
    schema: fc.constant(schema),
    access: fc.constant(access),
    operation: randomOperations(schema),
    choice: fc.nat(5),
  });
});

const required = (schema: GraphQLSchema, source: string, access: AccessRules) => {
  const found = requiredAccess(schema, selectOperation(parse(source), null), access);
  return { ...found, scopes: new Set(found.scopes.map((choice) => JSON.stringify(choice))) };
};

describe('what an operation requires of its caller', () => {
  itHolds(
    'includes every rule of what its execution meets, through fragments, aliases and interfaces',
    200,
    fc.property(SCHEMA, ({ schema, access, operation: { decorated }, choice }) => {
      fc.pre(validate(schema, parse(decorated)).length === 0);
      const met = accessTo(touchedBy(schema, decorated, choice), access);
      const stated = required(schema, decorated, access);
      expect(stated.authenticated).toBe(stated.authenticated || met.authenticated);
      expect([...met.scopes].filter((choices) => !stated.scopes.has(choices))).toEqual([]);
    }),
  );

  itHolds(
    'is no more than that where every type is known',
    200,
    fc.property(SCHEMA, ({ made, schema, access, operation: { plain }, choice }) => {
      fc.pre(!made.isAbstract);
      expect(required(schema, plain, access)).toEqual(accessTo(touchedBy(schema, plain, choice), access));
    }),
  );
});
