import { readFileSync } from 'node:fs';
import { buildSchema, getVariableValues, Kind, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { readTabs } from './tabs.ts';

const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));

it.each(readTabs(true).map((tab) => [/(?:query|mutation) (\w+)/.exec(tab.query)?.[1], tab] as const))(
  '%s is ready to run',
  (_name, { query, variables }) => {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    const [operation] = document.definitions;
    const definitions =
      operation?.kind === Kind.OPERATION_DEFINITION ? (operation.variableDefinitions ?? []) : [];
    const given = JSON.parse(variables ?? '{}') as Record<string, unknown>;
    expect(getVariableValues(schema, definitions, given).errors).toBeUndefined();
  },
);
