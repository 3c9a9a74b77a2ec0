import { newKey } from '../../harness/shop.ts';
import { executeAtSubgraph, buyer } from '../../harness/subgraph-call.ts';
import { CANCEL, PAY, PREPARE_PAYMENT, PURCHASE } from '../operations.ts';
import { repeatedly, type Heal } from './fault.ts';

const ADDRESS = { postalCode: '04524', line1: '110 Sejong-daero' };
const EVERY_MS = 200;

/** Purchases, payments and cancellations at this order process, one buyer after the other. */
export const keepPaying = (orderUrl: string, productId: string): Heal =>
  repeatedly(EVERY_MS, async () => {
    const caller = buyer();
    const send = async (query: string, input: object) => {
      const { data } = await executeAtSubgraph('order', orderUrl, query, { input }, caller, 5_000);
      return Object.values(data ?? {})[0] as { readonly order?: { readonly id: string } } | undefined;
    };
    const bought = await send(PURCHASE, { productId, quantity: 1, idempotencyKey: newKey() });
    const orderId = bought?.order?.id;
    await send(PREPARE_PAYMENT, { orderId, shippingAddress: ADDRESS });
    await send(PAY, { orderId, paymentToken: 'sim_success' });
    await send(CANCEL, { orderId });
  });
