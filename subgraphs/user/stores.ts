import { join } from 'node:path';
import type { Logger } from '../../platform/logger.ts';
import { openDatabase, type Database } from '../../platform/mysql/database.ts';
import { connectRedis, type Redis } from '../../platform/redis/client.ts';
import { Account } from './accounts/account.ts';
import type { UserConfig } from './config.ts';
import { migrations } from './migrations/index.ts';
import { createFileMailer, createSmtpMailer, type Mailer } from './verification/mailer.ts';

/** What this process is connected to. */
export interface UserStores {
  readonly database: Database;
  readonly redis: Redis;
  readonly mailer: Mailer;
}

/** @throws {ConfigurationError} when a store is not acceptable; nothing stays open then */
export async function openUserStores(config: UserConfig, logger: Logger): Promise<UserStores> {
  const needs = {
    commands: ['mget', 'set', 'del', 'publish'],
    writeKeys: ['attempts', 'known-networks', 'verification', '{ended-session}'].map(
      (kind) => `${config.REDIS_PREFIX}${kind}:write-check`,
    ),
  };
  const redis = await connectRedis({ url: config.REDIS_URL, needs, logger }, config.STORES_WAIT);
  try {
    const database = await openDatabase({
      url: config.MYSQL_URL,
      subgraph: 'user',
      entities: [Account],
      migrations,
      poolSize: 10,
      queueLimit: 200,
      waitMs: config.STORES_WAIT,
      logger,
    });
    return { redis, database, mailer: createMailer(config, logger) };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

export async function closeUserStores({ database, redis, mailer }: UserStores): Promise<void> {
  mailer.close();
  redis.disconnect();
  await database.close();
}

function createMailer(config: UserConfig, logger: Logger): Mailer {
  const from = config.MAIL_FROM;
  return config.SMTP_URL
    ? createSmtpMailer({ url: config.SMTP_URL, from, logger })
    : createFileMailer({ folder: join(config.DATA_DIR, 'mail'), from });
}
