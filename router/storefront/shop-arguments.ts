import type { GraphQLSchema } from 'graphql';
import {
  CURSOR_PROBLEM,
  isPageSize,
  PAGE_SIZE_PROBLEM,
  readInstantCursor,
} from '../../platform/graphql/connection.ts';
import type { ArgumentChecks } from '../operation/argument-checks.ts';

/** What the order subgraph refuses of the arguments of its lists, by the same code and in the same words. */
const SHOP_ARGUMENTS: ArgumentChecks = new Map([
  [
    'User.orders',
    {
      first: (value: unknown) => (typeof value === 'number' && isPageSize(value) ? null : PAGE_SIZE_PROBLEM),
      after: (value: unknown) =>
        typeof value === 'string' && value !== '' && !readInstantCursor(value) ? CURSOR_PROBLEM : null,
    },
  ],
]);

/** Another graph has pages and cursors of its own. */
export function shopArgumentsOf(schema: GraphQLSchema): ArgumentChecks | undefined {
  return schema.getMutationType()?.getFields()['purchase'] ? SHOP_ARGUMENTS : undefined;
}
