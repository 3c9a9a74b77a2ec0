import type { z } from 'zod';
import type { Redis } from '../redis/types.ts';

/**
 * A message between processes by Redis pub/sub: its channel and its format, for publishers and subscribers alike. Pub/sub delivers at
 * most once, so a subscriber reads the state itself after a gap (`redis/subscription.ts`).
 */
export interface Event<Message> {
  /** The channel is this under the key prefix of the stores. */
  readonly name: string;
  /** One message, validated when it is received. */
  readonly schema: z.ZodType<Message>;
  readonly encode: (message: Message) => string;
  /** @throws where the text is not in the format; what it returns is still to be validated */
  readonly decode: (text: string) => unknown;
}

export const channelOf = ({ name }: Pick<Event<never>, 'name'>, redisPrefix: string): string =>
  `${redisPrefix}${name}`;

/** @throws when Redis does not accept the message */
export async function publish<Message>(
  redis: Pick<Redis, 'publish'>,
  redisPrefix: string,
  event: Event<Message>,
  message: Message,
): Promise<void> {
  await redis.publish(channelOf(event, redisPrefix), event.encode(message));
}

/** @returns undefined where the text is no such message */
export function parseEvent<Message>(event: Event<Message>, text: string): Message | undefined {
  try {
    return event.schema.safeParse(event.decode(text)).data;
  } catch {
    return undefined;
  }
}
