import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { Fault } from '../../platform/errors.ts';

/** Whole numbers from 0 to `below`, exclusive. */
type RandomNumbers = (below: number) => number;

/** A supergraph and its subgraphs, in this process. */
export interface RandomSupergraph {
  readonly sdl: string;
  /** A response of a subgraph, as text: the same one for the same request. */
  answer(subgraph: string, query: string, variables: object): Promise<string>;
}

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@requires", "@external", "@inaccessible", "@provides", "@interfaceObject"
])`;

const ENTITIES = ['E0', 'E1', 'E2', 'E3'];
const SUBGRAPHS = ['ants', 'bees', 'crabs', 'doves'];
const LEAVES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Level', 'Json', '[String!]', '[[Int]!]'];
/** Ids of each entity: few, so that one is found in several places. */
const IDS = 3;

/** @returns null where what came out cannot be composed */
export async function randomSupergraph(random: RandomNumbers): Promise<RandomSupergraph | null> {
  const names = SUBGRAPHS.slice(0, 2 + random(3));
  const parts = names.map((name) => ({
    name,
    typeDefs: parse(`${FEDERATION}\n${typesOf(name, names, random)}`),
  }));
  const composed = composeServices(parts.map((part) => ({ ...part, url: `http://${part.name}.example` })));
  if (composed.supergraphSdl === undefined) return null;
  const salt = String(random(2 ** 31));
  const subgraphs = new Map(parts.map(({ name, typeDefs }) => [name, subgraphOf(typeDefs, salt)]));
  return {
    sdl: composed.supergraphSdl,
    answer: (name, query, variables) => subgraphs.get(name)!(query, variables),
  };
}

/** Every entity is in every subgraph; each of its fields is in one of them or, as it is shared, in several. */
function typesOf(name: string, names: readonly string[], random: RandomNumbers): string {
  const at = names.indexOf(name);
  const mine = (field: number) => field % names.length === at;
  const typeFor = (seed: number) => {
    const choices = [
      ...LEAVES,
      ...LEAVES,
      ...ENTITIES,
      ...ENTITIES.map((one) => `[${one}!]`),
      '[Any]',
      'Node',
      'Part',
      '[Part]',
    ];
    const type = choices[seed % choices.length]!;
    return seed % 4 === 0 ? `${type}!` : type;
  };
  const entities = ENTITIES.map((entity, index) => {
    const fields = Array.from({ length: 8 }, (_, n) => n)
      .filter((n) => mine(n + index))
      .map((n) => `${entity.toLowerCase()}f${n}: ${typeFor(random(1_000))}`);
    const needs =
      index === 0 && at === 0 && names.length > 1
        ? ['id2: ID @external', 'needs: String @requires(fields: "id2")']
        : [];
    const gives = index === 0 && at === 1 ? ['id2: ID'] : [];
    const own =
      random(2) === 0 ? [`rank: Int${index % 2 === 0 ? '' : '!'} @shareable`] : ['rank: Int @shareable'];
    return `type ${entity} implements Node @key(fields: "id") {
      id: ID! ${[...fields, ...own, ...needs, ...gives].join(' ')}
    }`;
  });
  const roots = ENTITIES.map(
    (entity, n) => `${name}${n}: ${['', '[', '[', ''][n]}${entity}${['', ']', '!]!', '!'][n]}`,
  );
  return `
    scalar Json
    enum Level { LOW HIGH SECRET @inaccessible }
    interface Node { id: ID! }
    union Any = ${ENTITIES.join(' | ')} | Part
    type Part @shareable { name: String size: Int! level: Level node: Node inner: Part }
    ${entities.join('\n')}
    type Query {
      ${roots.join(' ')}
      ${name}Any(first: Int): [Any!] ${name}Node: Node ${name}Part: Part shared(id: ID): String @shareable
    }
    type Mutation { ${name}Change(id: ID!): E${at} ${name}Part: Part }
  `;
}

function subgraphOf(typeDefs: DocumentNode, salt: string) {
  const schema: GraphQLSchema = buildSubgraphSchema({ typeDefs, resolvers: { Any: {}, Node: {} } });
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value: unknown) => (value as MadeUp).__typename;
  }
  const documents = new Map<string, DocumentNode>();
  return async (query: string, variableValues: object): Promise<string> => {
    let document = documents.get(query);
    if (!document) {
      documents.set(query, (document = parse(query)));
      const errors = validate(schema, document);
      if (errors.length > 0)
        throw new Error(`A subgraph got a bad document: ${errors[0]!.message}\n${query}`);
    }
    const result = await execute({
      schema,
      document,
      variableValues: { ...variableValues },
      fieldResolver: (source: unknown, given, _context, { parentType, fieldName }) =>
        madeUp(schema, parentType, source as MadeUp | undefined, fieldName, JSON.stringify(given), salt),
    });
    return `${JSON.stringify(result)}\n`;
  };
}

interface MadeUp {
  readonly __typename: string;
  readonly id: string;
}

function madeUp(
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  source: MadeUp | undefined,
  field: string,
  given: string,
  salt: string,
): unknown {
  const id = source?.id ?? '';
  if (field === 'id') return id;
  const place = `${parent.name} ${id} ${field} ${given}`;
  const number = hashOf(`${salt} ${place}`);
  if (number % 23 === 0) throw new Fault('NOT_FOUND', place);
  return valueOf(schema, parent.getFields()[field]!.type, `${salt} ${place}`);
}

function valueOf(schema: GraphQLSchema, type: GraphQLOutputType, place: string): unknown {
  const number = hashOf(place);
  // A null where none may be is an error of the subgraph.
  if (number % (isNonNullType(type) ? 61 : 7) === 0) return null;
  const inner = getNullableType(type);
  if (isListType(inner))
    return Array.from({ length: number % 4 }, (_, index) =>
      valueOf(schema, inner.ofType, `${place} ${index}`),
    );
  const named = getNamedType(inner);
  if (isEnumType(named)) return named.getValues()[number % named.getValues().length]!.name;
  const types = isAbstractType(named) ? schema.getPossibleTypes(named) : isObjectType(named) ? [named] : [];
  if (types.length > 0)
    return { __typename: types[number % types.length]!.name, id: String((number >>> 4) % IDS) };
  switch (named.name) {
    case 'Int':
      return (number % 1_000) - 500;
    case 'Float':
      return number / 8;
    case 'Boolean':
      return number % 2 === 0;
    case 'Json':
      return number % 3 === 0 ? { a: [number], __typename: 'x' } : number;
    default:
      return `"${number}" é`;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
