import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { Fault } from '../errors.ts';
import type { SubgraphContext } from './subgraph-context.ts';

/**
 * Of nobody's business but a router's: `_service` tells the whole schema, as introspection would. `_entities` stays open, since a
 * router that sends no identity of its own reads through it for anonymous visitors, too.
 */
export function closeServiceField(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()['_service'];
  if (!field) return;
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (parent, args, context: SubgraphContext, info): unknown => {
    if (!context.caller) throw new Fault('UNAUTHENTICATED');
    return resolve(parent, args, context, info);
  };
}
