import * as fc from 'fast-check';

/** A schema whose types and fields have access rules at random, as a supergraph writes them. */
export interface RandomSchema {
  readonly sdl: string;
  /** Whether it has interfaces and unions. */
  readonly isAbstract: boolean;
}

const SCOPES = ['a', 'b', 'c'];
const OBJECTS = ['T0', 'T1', 'T2'];
/** Of each object, with the interface's first. */
const FIELDS = ['f0', 'f1', 'f2'];

interface Rule {
  readonly isSignedIn: boolean;
  readonly scopes: readonly (readonly string[])[];
}

const rule: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Rule>({ isSignedIn: false, scopes: [] }) },
  fc.record({
    isSignedIn: fc.boolean(),
    scopes: fc.array(fc.subarray(SCOPES, { minLength: 1 }), { maxLength: 2 }),
  }),
);

const rules = (keys: readonly string[]): fc.Arbitrary<ReadonlyMap<string, Rule>> =>
  fc
    .tuple(...keys.map(() => rule))
    .map((all) => new Map(keys.map((key, index) => [key, all[index]!] as const)));

const KEYS = ['Query', 'Node', 'Any', 'Level', ...OBJECTS].flatMap((type) => [
  type,
  ...FIELDS.map((field) => `${type}.${field}`),
]);

/** By field of an object: the place of its type in `LEAVES` and `LINKS`. */
const shapes = fc.array(fc.nat(99), { minLength: 20, maxLength: 20 });

export const randomSchema: fc.Arbitrary<RandomSchema> = fc
  .record({ isAbstract: fc.boolean(), isRenamed: fc.boolean(), shapes, rules: rules(KEYS) })
  .map((made) => ({ isAbstract: made.isAbstract, sdl: write(made) }));

function write({
  isAbstract,
  isRenamed,
  shapes: numbers,
  rules: ruleOf,
}: {
  readonly isAbstract: boolean;
  readonly isRenamed: boolean;
  readonly shapes: readonly number[];
  readonly rules: ReadonlyMap<string, Rule>;
}): string {
  const [authenticated, requiresScopes] = isRenamed
    ? ['signedIn', 'holding']
    : ['authenticated', 'requiresScopes'];
  const types = [
    'String',
    'Level',
    '[String!]!',
    ...OBJECTS.flatMap((name) => [name, `[${name}!]!`]),
    ...(isAbstract ? ['Node', 'Any', '[Any!]'] : []),
  ];
  let used = 0;
  const typeOf = () => types[numbers[used++ % numbers.length]! % types.length]!;
  const given = (key: string) => {
    const found = ruleOf.get(key);
    if (!found) return '';
    const scopes =
      found.scopes.length > 0 ? ` @${requiresScopes}(scopes: ${JSON.stringify(found.scopes)})` : '';
    return `${found.isSignedIn ? ` @${authenticated}` : ''}${scopes}`;
  };
  const field = (type: string, name: string, of: string) => `${name}: ${of}${given(`${type}.${name}`)}`;
  const fieldsOf = (type: string) =>
    [field(type, 'f0', 'String'), ...FIELDS.slice(1).map((name) => field(type, name, typeOf()))].join(' ');
  const places = 'on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM';
  return [
    `schema @link(url: "https://specs.apollo.dev/link/v1.0")`,
    `  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY${isRenamed ? ', as: "signedIn"' : ''})`,
    `  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY${isRenamed ? ', as: "holding"' : ''})`,
    '{ query: Query mutation: Mutation }',
    'directive @link(url: String, as: String, for: Purpose) repeatable on SCHEMA',
    'enum Purpose { SECURITY }',
    `directive @${authenticated} ${places}`,
    `directive @${requiresScopes}(scopes: [[String!]!]!) ${places}`,
    `type Query${given('Query')} { ${fieldsOf('Query')} ${OBJECTS.map((name) => `${name.toLowerCase()}: ${name}`).join(' ')} }`,
    'type Mutation { change: T0 }',
    ...OBJECTS.map(
      (name) => `type ${name}${isAbstract ? ' implements Node' : ''}${given(name)} { ${fieldsOf(name)} }`,
    ),
    `enum Level${given('Level')} { LOW }`,
    ...(isAbstract
      ? [`interface Node${given('Node')} { ${field('Node', 'f0', 'String')} }`, 'union Any = T0 | T1']
      : []),
  ].join('\n');
}
