import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { Fault } from '../errors.ts';
import type { SubgraphContext } from './subgraph-context.ts';

/**
 * `_service` shows the whole schema, as introspection would, so where access tokens are accepted it is answered for signed identities
 * only: an access token is a client's, also where another router passes it on. A router of another kind takes the supergraph that is composed from files.
 * `_entities` stays open, since such a router reads through it for anonymous visitors, too.
 */
export function closeServiceField(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()['_service'];
  if (!field) return;
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (parent, args, context: SubgraphContext, info): unknown => {
    if (!context.isSigned) throw new Fault(context.caller ? 'FORBIDDEN' : 'UNAUTHENTICATED');
    return resolve(parent, args, context, info);
  };
}
