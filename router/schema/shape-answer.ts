import {
  defaultTypeResolver,
  executeSync,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { Variables } from '../operation/cost.ts';

/**
 * Shapes what came of subgraphs by graphql-js, which takes anything: what does not fit the schema is null beside an error at its place, and the
 * rest stays. The gateway's own shaping is faster and throws instead.
 *
 * @param data by the response names of the document
 */
export function shapeAnswer(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
  data: object,
): ExecutionResult {
  return executeSync({
    schema,
    document,
    rootValue: data,
    variableValues: variables,
    fieldResolver: (source: unknown, _arguments, _context, { path }) => own(source, String(path.key)),
    typeResolver: (value: unknown, context, info, type) => {
      const name = own(value, '__typename');
      return typeof name === 'string' ? name : defaultTypeResolver(value, context, info, type);
    },
  });
}

const own = (source: unknown, name: string): unknown =>
  typeof source === 'object' && source !== null && Object.hasOwn(source, name)
    ? (source as Readonly<Record<string, unknown>>)[name]
    : undefined;
