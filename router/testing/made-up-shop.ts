import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { RunningHttpServer } from '../../platform/http/server.ts';
import { schemaFileOf, serveContract, type SubgraphName } from './subgraphs.ts';

/** Types that more than one subgraph knows, by their ids. */
const ENTITIES: ReadonlySet<string> = new Set(['User', 'Product', 'Order']);

/** Ids of each type: few, so that the same entity is found in several places. */
const IDS = 4;

interface MadeUp {
  readonly __typename: string;
  readonly id: string;
}

/**
 * The value of a field that follows from where it is alone: the type and the id of its object, its name and its arguments. So subgraphs
 * that know nothing of each other answer as one schema would.
 */
export function madeUpValue(
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  source: unknown,
  fieldName: string,
  given: unknown,
): unknown {
  const { id } = (source ?? { id: parent.name }) as MadeUp;
  if (fieldName === 'id') return id;
  const field = parent.getFields()[fieldName]!;
  return valueOf(schema, field.type, `${parent.name} ${id} ${fieldName} ${JSON.stringify(given)}`);
}

function valueOf(schema: GraphQLSchema, type: GraphQLOutputType, place: string): unknown {
  const number = createHash('sha256').update(place).digest().readUInt32BE();
  if (!isNonNullType(type) && number % 6 === 0) return null;
  const inner = getNullableType(type);
  if (isListType(inner))
    return Array.from({ length: number % 3 }, (_, index) =>
      valueOf(schema, inner.ofType, `${place} ${index}`),
    );
  const named = getNamedType(inner);
  if (isEnumType(named)) return named.getValues()[number % named.getValues().length]!.name;
  if (isAbstractType(named)) {
    const types = schema.getPossibleTypes(named);
    return objectOf(types[number % types.length]!.name, number);
  }
  if (isObjectType(named)) return objectOf(named.name, number);
  switch (named.name) {
    case 'Int':
      return number % 1_000;
    case 'Boolean':
      return number % 2 === 0;
    default:
      return `${named.name} ${number}`;
  }
}

const objectOf = (type: string, number: number): MadeUp => ({
  __typename: type,
  id: ENTITIES.has(type) ? `${type} ${number % IDS}` : `${type} ${number}`,
});

/** A subgraph of the contract, whose answers are made up. */
export const startMadeUpSubgraph = (name: SubgraphName): Promise<RunningHttpServer> =>
  serveContract(name, madeUpResolvers(name));

/** @param beforeField called with what the value of a field follows from; what it throws is the field's error */
export function madeUpResolvers(
  name: SubgraphName,
  beforeField: (place: string) => void = () => undefined,
): object {
  const schema = buildSchema(readFileSync(schemaFileOf(name), 'utf8'), { assumeValidSDL: true });
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );
  return Object.fromEntries(
    types.map((type) => [
      type.name,
      {
        ...(ENTITIES.has(type.name)
          ? { __resolveReference: ({ id }: { readonly id: string }) => ({ __typename: type.name, id }) }
          : {}),
        ...Object.fromEntries(
          Object.keys(type.getFields()).map((field) => [
            field,
            (source: unknown, given: unknown) => {
              const { id = '' } = (source ?? {}) as Partial<MadeUp>;
              beforeField(`${type.name} ${id} ${field} ${JSON.stringify(given)}`);
              return madeUpValue(schema, type, source, field, given);
            },
          ]),
        ),
      },
    ]),
  );
}
