import { Cluster, type Redis as SingleRedis } from 'ioredis';
import { openRedis, type Redis, type RedisOptions } from './client.ts';
import { endSilentConnections } from './heartbeat.ts';
import { redisOutage } from './outage.ts';
import { redisRefusal } from './refusals.ts';
import { checkEachSession } from './session-check.ts';

export interface SubscriptionOptions extends RedisOptions {
  readonly channel: string;
  readonly onMessage: (text: string) => void;
  /** Called each time the subscription stands: what was published before has gone past this process and must be read. */
  readonly onGap: () => void;
}

export interface Subscription {
  /** Whether messages arrive, as far as is known: a silent server is noticed within five seconds. */
  readonly isOpen: boolean;
  close(): void;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * One channel, on a connection of its own that is opened again for as long as it is not closed. In a cluster every node delivers
 * what is published at any of them, so the nodes are taken in turn; ioredis's own subscription of a cluster neither reports a gap
 * nor notices a silent node.
 */
export function subscribe({ channel, onMessage, onGap, ...options }: SubscriptionOptions): Subscription {
  // No command is sent to a single server on this one: it holds the settings of the connections below.
  const settings = openRedis(options);
  const outage = redisOutage(options.url, options.logger);
  if (settings instanceof Cluster) settings.connect().catch(() => undefined);
  let connection: SingleRedis | null = null;
  let isOpen = false;
  let isClosed = false;
  let attempts = 0;
  let pausing: NodeJS.Timeout | undefined;

  const open = () => {
    const pattern = patternOf(settings, attempts++);
    if (!pattern) return openLater();
    const opened = pattern.duplicate({ retryStrategy: null, autoResubscribe: false, ...OWN });
    connection = opened;
    endSilentConnections(opened);
    checkEachSession(opened, {
      writes: settings === pattern,
      inCluster: settings !== pattern,
      commands: () => NONE,
      onResult: () => undefined,
    });
    opened.on('error', (error: Error) => outage.failed(error, settings));
    opened.on('message', (_channel: string, text: string) => onMessage(text));
    opened.on('ready', () => void begin(opened));
    opened.on('end', openLater);
    opened.connect().catch(() => undefined);
  };

  async function begin(opened: SingleRedis): Promise<void> {
    try {
      await opened.subscribe(channel);
      attempts = 0;
      isOpen = true;
      outage.worked(settings);
      onGap();
    } catch (error) {
      if (redisRefusal(error)) options.logger.error({ err: error, channel }, 'could not subscribe');
      else outage.failed(error, settings);
      opened.disconnect();
    }
  }

  function openLater(): void {
    isOpen = false;
    if (isClosed) return;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS) * (0.5 + Math.random());
    pausing = setTimeout(open, pause);
  }

  open();
  return {
    get isOpen() {
      return isOpen;
    },
    close() {
      isClosed = true;
      clearTimeout(pausing);
      outage.forget(settings);
      connection?.disconnect();
      settings.disconnect();
    },
  };
}

const NONE: ReadonlySet<string> = new Set();

/** A replica delivers as well as its primary; nothing is written here. */
const OWN = { enableOfflineQueue: false, lazyConnect: true, readOnly: false } as const;

/** @returns a connection whose settings lead to one server; null while no node of the cluster is known */
function patternOf(settings: Redis, attempt: number): SingleRedis | null {
  if (!(settings instanceof Cluster)) return settings;
  const nodes = settings.nodes();
  return nodes[attempt % nodes.length] ?? null;
}
