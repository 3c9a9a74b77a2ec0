import { parse, validate, type GraphQLSchema } from 'graphql';

/** What knows the shop is on only where the schema has what it needs, so that the router serves any other graph, too. */
export interface ShopFeatures {
  /** `/live/stock` reads products and their stock. */
  readonly liveStock: boolean;
  /** `/sale/<product id>` needs the live stream, a sign-in and a purchase. */
  readonly salePage: boolean;
  /** Signing out ends a session before its access tokens expire, which is known from Redis. */
  readonly revokedSessions: boolean;
}

/** @param liveOperation what the live stream executes */
export function shopFeaturesOf(schema: GraphQLSchema, liveOperation: string): ShopFeatures {
  const mutations = schema.getMutationType()?.getFields() ?? {};
  const liveStock = fitsSchema(schema, liveOperation);
  return {
    liveStock,
    salePage: liveStock && 'purchase' in mutations && 'signIn' in mutations,
    revokedSessions: 'signOut' in mutations,
  };
}

/** Whether the schema has all that the document selects. */
export const fitsSchema = (schema: GraphQLSchema, source: string): boolean =>
  validate(schema, parse(source)).length === 0;
