import { z } from 'zod';
import { Fault } from '../../../platform/errors.ts';
import { publicLimits } from '../../../platform/http/connection-limits.ts';
import { startHttpServer, type RunningHttpServer } from '../../../platform/http/server.ts';
import type { HttpReply } from '../../../platform/http/types.ts';
import type { Logger } from '../../../platform/logger.ts';
import { parseUuid } from '../../../platform/uuid.ts';
import { webhookCalls } from './metrics.ts';
import type { Payments } from './payments.ts';
import { isSigned } from './webhook-signature.ts';

export const WEBHOOK_PATH = '/webhooks/payment';

const LARGEST_BODY = 65_536;
/** A provider sends a request in one piece. */
const RECEIVE_TIMEOUT_MS = 5_000;
const CONNECTIONS = 256;
/** Backpressure: look-ups under way at a time, in one process. More are refused, and the provider sends the event again later. */
const MOST_LOOK_UPS = 64;

const event = z.object({ data: z.object({ paymentId: z.string() }) });

interface WebhookSettings {
  readonly HOST: string;
  readonly PAYMENT_WEBHOOK_SECRET?: readonly string[] | undefined;
  readonly PAYMENT_WEBHOOK_PORT: number;
  /** Milliseconds. */
  readonly PAYMENT_WEBHOOK_TOLERANCE: number;
}

/**
 * The endpoint for events of the payment provider, on a port of its own that serves nothing else and has the limits of a public one. An
 * event only causes a look-up at the provider: the payment's id is read, and no other field. So an event that comes twice, late or in another
 * order does what a look-up does, and no list of events is kept.
 *
 * @returns null where there is no secret: then there is no endpoint
 */
export async function startPaymentWebhook(
  settings: WebhookSettings,
  payments: Pick<Payments, 'wake'>,
  logger: Logger,
): Promise<RunningHttpServer | null> {
  const { PAYMENT_WEBHOOK_SECRET: secrets, PAYMENT_WEBHOOK_TOLERANCE: toleranceMs } = settings;
  if (!secrets) return null;
  let lookUps = 0;

  async function lookUp(paymentId: string): Promise<HttpReply> {
    if (lookUps >= MOST_LOOK_UPS) throw new Fault('UNAVAILABLE');
    lookUps++;
    try {
      await payments.wake(paymentId);
    } catch (error) {
      logger.warn({ err: error, paymentId }, 'an event of the payment provider could not be followed up');
      throw new Fault('UNAVAILABLE');
    } finally {
      lookUps--;
    }
    return { status: 204 };
  }

  const http = await startHttpServer({
    host: settings.HOST,
    port: settings.PAYMENT_WEBHOOK_PORT,
    maxBodyBytes: LARGEST_BODY,
    receiveTimeoutMs: RECEIVE_TIMEOUT_MS,
    limits: publicLimits({
      connections: CONNECTIONS,
      connectionsPerNetwork: undefined,
      sendTimeoutMs: RECEIVE_TIMEOUT_MS,
      isDirect: false,
      networkOf: (req) => req.socket.remoteAddress ?? '',
    }),
    readiness: null,
    logger,
    routes: {
      [WEBHOOK_PATH]: async (request) => {
        if (request.method !== 'POST') throw new Fault('METHOD_NOT_ALLOWED');
        const body = await request.readBody();
        if (!isSigned(request.headers, body, secrets, toleranceMs)) {
          webhookCalls.labels('refused').inc();
          throw new Fault('UNAUTHENTICATED', 'The signature of the event, or its time, is not acceptable.');
        }
        webhookCalls.labels('accepted').inc();
        const paymentId = paymentIn(body);
        return paymentId ? lookUp(paymentId) : { status: 204 };
      },
    },
  });
  logger.info({ url: http.url + WEBHOOK_PATH }, 'events of the payment provider are accepted');
  return http;
}

/** @returns null where the event is about no payment of ours; it is accepted, or the provider would send it for days */
function paymentIn(body: string): string | null {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    throw new Fault('BAD_REQUEST', 'The event is not JSON.');
  }
  const parsed = event.safeParse(content);
  return parsed.success ? parseUuid(parsed.data.data.paymentId) : null;
}
