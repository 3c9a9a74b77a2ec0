import * as fc from 'fast-check';
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** Whole numbers from 0 to `below`, exclusive. */
type RandomNumbers = (below: number) => number;

/** One question in two documents. */
export interface RandomOperation {
  /** Fields by their own names, without fragments and directives. */
  readonly plain: string;
  /** The same fields, with aliases, fragments, `@skip` and `@include`, and some of them twice. */
  readonly decorated: string;
  /** For both documents. */
  readonly variables: Readonly<Record<string, boolean>>;
}

/** What a client may call anything: names of keys, of other fields, of variables, and what a planner might think of. */
const ALIASES = [
  'id',
  'id',
  'id',
  'id_',
  'name',
  'stock',
  'product',
  'buyer',
  'role',
  'orders',
  'a',
  'b',
  'c',
  'x__alias_0',
];

const VARIABLES = { yes: true, no: false };

type Selection =
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly given: string;
      readonly below: readonly Selection[];
    }
  | { readonly kind: 'on'; readonly type: string; readonly below: readonly Selection[] };

/** As `randomOperation`, for properties. Some are not valid, since aliases collide. */
export const randomOperations = (schema: GraphQLSchema): fc.Arbitrary<RandomOperation> =>
  fc
    .gen()
    .map((generate) =>
      randomOperation(schema, (below) => (below > 1 ? generate(fc.nat, { max: below - 1 }) : 0)),
    );

/** @param random the same numbers give the same operation */
export function randomOperation(schema: GraphQLSchema, random: RandomNumbers): RandomOperation {
  const isMutation = random(5) === 0;
  const root = (isMutation ? schema.getMutationType() : schema.getQueryType())!;
  const fields = Object.values(root.getFields());
  const selections = Array.from(
    { length: isMutation ? 1 : 1 + random(3) },
    () => fields[random(fields.length)]!,
  )
    .filter((field, index, all) => all.indexOf(field) === index)
    .map((field) => fieldOf(schema, random, field, 4));
  const head = `${isMutation ? 'mutation' : 'query'} Random($yes: Boolean!, $no: Boolean!)`;
  const fragments: string[] = [];
  // A second purchase in one operation is refused.
  const decorated = decorate(selections, root.name, random, fragments, !isMutation);
  return {
    plain: `${head} { ${selections.map(plain).join(' ')} used: __typename @skip(if: $no) @include(if: $yes) }`,
    decorated: [
      `${head} { used: __typename @skip(if: $no) @include(if: $yes) ${decorated} }`,
      ...fragments,
    ].join('\n'),
    variables: VARIABLES,
  };
}

function fieldOf(
  schema: GraphQLSchema,
  random: RandomNumbers,
  field: GraphQLField<unknown, unknown>,
  depth: number,
): Selection {
  const type = getNamedType(field.type);
  return {
    kind: 'field',
    name: field.name,
    given: argumentsOf(field, random),
    below: isCompositeType(type) ? selectionsOf(schema, random, type, depth - 1) : [],
  };
}

function selectionsOf(
  schema: GraphQLSchema,
  random: RandomNumbers,
  type: GraphQLCompositeType,
  depth: number,
): readonly Selection[] {
  const typename: Selection = { kind: 'field', name: '__typename', given: '', below: [] };
  const own = isUnionType(type) ? [] : fieldsOf(type, schema, random, depth);
  if (!isAbstractType(type)) return own.length === 0 || random(4) === 0 ? [typename, ...own] : own;
  const conditions: Selection[] = schema
    .getPossibleTypes(type)
    .filter(() => random(2) === 0)
    .map((one) => ({ kind: 'on', type: one.name, below: selectionsOf(schema, random, one, depth) }));
  return [typename, ...own, ...conditions];
}

function fieldsOf(
  type: Exclude<GraphQLCompositeType, { getTypes: unknown }>,
  schema: GraphQLSchema,
  random: RandomNumbers,
  depth: number,
): Selection[] {
  return Object.values((type as GraphQLObjectType).getFields())
    .filter((field) => {
      const isLeaf = !isCompositeType(getNamedType(field.type));
      if (isInterfaceType(type)) return isLeaf && random(2) === 0;
      return isLeaf ? random(3) === 0 : depth > 0 && random(3) === 0;
    })
    .map((field) => fieldOf(schema, random, field, depth));
}

function argumentsOf({ args }: GraphQLField<unknown, unknown>, random: RandomNumbers): string {
  const given = args
    .filter((argument) => isRequiredArgument(argument) || (argument.name === 'first' && random(2) === 0))
    .map(({ name, type }) => `${name}: ${inputOf(type, random)}`);
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}

function inputOf(type: GraphQLInputType, random: RandomNumbers): string {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return '[]';
  if (isEnumType(inner)) return inner.getValues()[random(inner.getValues().length)]!.name;
  if (isInputObjectType(inner)) {
    const required = Object.values(inner.getFields()).filter(isRequiredInputField);
    return `{ ${required.map((field) => `${field.name}: ${inputOf(field.type, random)}`).join(', ')} }`;
  }
  if (getNamedType(inner).name === 'Int') return String(1 + random(20));
  return `"${random(20)}"`;
}

const below = (text: string): string => (text === '' ? '' : ` { ${text} }`);

const plain = (selection: Selection): string =>
  selection.kind === 'on'
    ? `... on ${selection.type} { ${selection.below.map(plain).join(' ')} }`
    : `${selection.name}${selection.given}${below(selection.below.map(plain).join(' '))}`;

function decorate(
  selections: readonly Selection[],
  type: string | null,
  random: RandomNumbers,
  fragments: string[],
  mayRepeat = true,
): string {
  return selections
    .map((selection) => {
      if (selection.kind === 'on')
        return wrapped(
          decorate(selection.below, selection.type, random, fragments),
          selection.type,
          random,
          fragments,
        );
      const copies = Array.from({ length: mayRepeat && random(6) === 0 ? 2 : 1 }, () => {
        const alias = random(3) === 0 ? `${ALIASES[random(ALIASES.length)]}: ` : '';
        const decorated = decorate(selection.below, null, random, fragments);
        // The gateway does not read an object of which every field is left out, and gives null in its place.
        const inner = below(decorated && `__typename ${decorated}`);
        return `${alias}${selection.name}${selection.given}${directive(random)}${inner}`;
      });
      const text = copies.join(' ');
      return random(5) === 0 ? wrapped(text, type, random, fragments) : text;
    })
    .join(' ');
}

/** @param type null: it is not known here, so that the fragment has no condition */
function wrapped(text: string, type: string | null, random: RandomNumbers, fragments: string[]): string {
  if (type === null) return `...${directive(random) || ' @include(if: $yes)'} { ${text} }`;
  if (random(2) === 0) return `... on ${type}${directive(random)} { ${text} }`;
  const name = `F${fragments.length}`;
  fragments.push(`fragment ${name} on ${type} { ${text} }`);
  return `...${name}${directive(random)}`;
}

const DIRECTIVES = [
  '@skip(if: $no)',
  '@skip(if: $yes)',
  '@include(if: $yes)',
  '@include(if: $no)',
  '@skip(if: false)',
];

const directive = (random: RandomNumbers): string =>
  random(6) === 0 ? ` ${DIRECTIVES[random(DIRECTIVES.length)]}` : '';
