import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../../../platform/logger.ts';
import { OutageLog } from '../../../platform/outage-log.ts';
import type { Redis } from '../../../platform/redis/client.ts';
import { PRESET_FIELD_RATES, type RouterConfig } from '../../config.ts';
import { createRateLimits, noRateLimits, type RateLimits } from './rate-limits.ts';
import { rateLimitKey } from './rate-limit-key.ts';
import { createSharedBuckets } from '../../../platform/rate-limit/shared-buckets.ts';

/** Those of the shop, which another schema need not have. */
const PRESET_FIELDS: ReadonlySet<string> = new Set(PRESET_FIELD_RATES.map((rate) => rate.split(' ')[0]!));

/** The limits that the settings name. A field that the schema does not have is logged: its limit would limit nothing. */
export function startRateLimits(
  config: RouterConfig,
  schema: GraphQLSchema,
  redis: Redis,
  sharedSecret: string | null,
  logger: Logger,
): RateLimits {
  if (!config.RATE_LIMITS) return noRateLimits;
  const unknown = config.RATE_LIMIT_PER_FIELD.map(({ field }) => field).filter(
    (field) => !hasField(schema, field) && !PRESET_FIELDS.has(field),
  );
  if (unknown.length > 0)
    logger.warn({ unknown }, 'RATE_LIMIT_PER_FIELD names fields that the schema does not have');
  return createRateLimits({
    perUser: config.RATE_LIMIT_PER_USER,
    perAddress: config.RATE_LIMIT_PER_ADDRESS,
    perField: config.RATE_LIMIT_PER_FIELD,
    newOperations: config.RATE_LIMIT_NEW_OPERATIONS,
    cost: {
      perUser: config.RATE_LIMIT_COST_PER_USER,
      usersPerAddress: config.RATE_LIMIT_COST_USERS_PER_ADDRESS,
      perAddress: config.RATE_LIMIT_COST_PER_ADDRESS,
    },
    shared: createSharedBuckets(
      redis,
      new OutageLog({
        logger,
        begins: 'rate limits are counted by this router alone',
        ends: 'rate limits are counted for all routers again',
      }),
    ),
    redisPrefix: config.REDIS_PREFIX,
    secret: rateLimitKey(sharedSecret),
  });
}

function hasField(schema: GraphQLSchema, coordinate: string): boolean {
  const [type, field = ''] = coordinate.split('.');
  const root = type === 'Query' ? schema.getQueryType() : schema.getMutationType();
  return root?.getFields()[field] !== undefined;
}
