import { readdirSync, readFileSync } from 'node:fs';
import { isIntrospectionType, isSpecifiedScalarType, buildSchema, parse, visit, Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the schema', () => {
  const files = readdirSync(new URL('../schema', import.meta.url)).filter((file) =>
    /^(?!super|api).*\.graphql$/.test(file),
  );

  it.each(files)('%s has a description on each type, field, argument and enum value', (file) => {
    const bare: string[] = [];
    const path: string[] = [];
    const check = (node: { readonly name: { readonly value: string }; readonly description?: unknown }) => {
      path.push(node.name.value);
      if (!node.description) bare.push(path.join('.'));
    };
    const checked = { enter: check, leave: () => void path.pop() };
    visit(parse(read(`schema/${file}`)), {
      [Kind.OBJECT_TYPE_DEFINITION]: checked,
      [Kind.INTERFACE_TYPE_DEFINITION]: checked,
      [Kind.UNION_TYPE_DEFINITION]: checked,
      [Kind.ENUM_TYPE_DEFINITION]: checked,
      [Kind.INPUT_OBJECT_TYPE_DEFINITION]: checked,
      [Kind.SCALAR_TYPE_DEFINITION]: checked,
      [Kind.FIELD_DEFINITION]: checked,
      [Kind.INPUT_VALUE_DEFINITION]: checked,
      [Kind.ENUM_VALUE_DEFINITION]: checked,
      [Kind.DIRECTIVE_DEFINITION]: () => false,
    });
    expect(bare).toEqual([]);
  });

  it('gives clients those descriptions, and says where DateTime is specified', () => {
    const api = buildSchema(read('schema/api.graphql'));
    const bare = Object.values(api.getTypeMap())
      .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
      .filter(({ description }) => !description);
    expect(bare.map(({ name }) => name)).toEqual([]);
    expect(api.getType('DateTime')).toMatchObject({
      specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
    });
  });
});

describe('supergraph.yaml', () => {
  it('names the version that composes', () => {
    const { federation_version: version } = parseYaml(read('supergraph.yaml')) as {
      federation_version: string;
    };
    const composition = JSON.parse(read('node_modules/@apollo/composition/package.json')) as {
      version: string;
    };
    expect(version).toBe(`=${composition.version}`);
  });
});
