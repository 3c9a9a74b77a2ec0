import { z } from 'zod';
import { storeFailure } from '../../../platform/store-failure.ts';
import { checkInput, invalidInput } from '../../../platform/graphql/invalid-input.ts';
import type { CheckoutWishlistInput } from '../__generated__/resolvers-types.ts';
import { signedIn, type OrderContext } from '../context.ts';
import { hashRequest } from '../orders/order-id.ts';
import { newCheckout, withLines, type Line } from '../purchase/attempt.ts';
import {
  busy,
  mayStillBuy,
  tooManyCheckouts,
  wishlistEmpty,
  type PurchaseOutcome,
} from '../purchase/outcomes.ts';
import { ageOf, remainingMs } from '../purchase/remaining-time.ts';
import { idempotencyKey } from '../purchase/purchase-input.ts';
import { replay } from '../purchase/replay.ts';

const checkoutInput = z.object({ idempotencyKey });

/** Products in one order. */
const MAX_LINES = 50;

/**
 * The `checkoutWishlist` mutation: one order for everything on the wishlist, or none. What was bought leaves the wishlist
 * after the order is durable; if the process ends between the two, the same key again makes up for it.
 */
export async function checkoutWishlist(
  input: CheckoutWishlistInput,
  context: OrderContext,
): Promise<PurchaseOutcome> {
  const { userId } = signedIn(context);
  const checked = checkInput(checkoutInput, input);
  if (!checked.ok) return checked.refusal;
  const checkout = newCheckout(
    userId,
    checked.value.idempotencyKey,
    remainingMs(context),
    context.span,
    ageOf(context),
  );
  try {
    return await buyWishlist(checkout, userId, context);
  } catch (error) {
    // A purchase answers for its stores itself. What failed here came before it, so nothing was bought.
    if (!storeFailure(error)) throw error;
    context.logger.warn({ err: error, orderId: checkout.orderId }, 'a checkout could not begin');
    return busy;
  }
}

async function buyWishlist(
  checkout: ReturnType<typeof newCheckout>,
  userId: string,
  context: OrderContext,
): Promise<PurchaseOutcome> {
  const { accountLimits, checkouts, lookup, purchases, refusals, wishlists } = context.services;
  const { orderId } = checkout;

  const before = await lookup.find(orderId);
  if (before) return afterwards(replay(checkout, before), orderId, context);

  let lines = await checkouts.find(orderId);
  if (!lines) {
    const wanted = await wishlists.listOf(userId);
    // An order that has emptied the wishlist since the look-up above is found now.
    const meanwhile = wanted.length === 0 ? await lookup.find(orderId) : null;
    if (meanwhile) return afterwards(replay(checkout, meanwhile), orderId, context);
    if (wanted.length === 0)
      return unlessSettled([], await refusals.give(checkout, wishlistEmpty), orderId, context);
    if (wanted.length > MAX_LINES)
      return unlessSettled([], await refusals.give(checkout, tooManyLines), orderId, context);
    if (await accountLimits.hasAllCheckouts(userId)) return tooManyCheckouts;
    lines = await checkouts.begin(orderId, userId, wanted);
  }
  if (await isSuperseded(checkout, context)) return busy;
  const outcome = await purchases.buy(withLines(checkout, lines));
  return afterwards(await unlessSettled(lines, outcome, orderId, context), orderId, context);
}

/** An attempt that settles its lines anew after a later one was refused must not buy them. */
async function isSuperseded(
  checkout: ReturnType<typeof newCheckout>,
  { services, logger }: OrderContext,
): Promise<boolean> {
  try {
    return await services.refusals.isSuperseded(checkout);
  } catch (error) {
    logger.warn({ err: error, orderId: checkout.orderId }, 'the refusals of a checkout could not be read');
    return true;
  }
}

/**
 * A refusal is final for these lines, and for attempts that settle theirs from now on. Where another attempt has settled other lines
 * meanwhile, it may have looked for refusals before this one was remembered.
 */
async function unlessSettled(
  lines: readonly Line[],
  outcome: PurchaseOutcome,
  orderId: string,
  { services }: OrderContext,
): Promise<PurchaseOutcome> {
  if (mayStillBuy(outcome) || outcome.__typename === 'PurchaseConfirmed') return outcome;
  const settled = await services.checkouts.find(orderId);
  return settled && !hashRequest(settled).equals(hashRequest(lines)) ? busy : outcome;
}

/** The wishlist after an outcome. It is only a list of wishes: where this fails the outcome stands. */
async function afterwards(
  outcome: PurchaseOutcome,
  orderId: string,
  context: OrderContext,
): Promise<PurchaseOutcome> {
  const { checkouts } = context.services;
  try {
    if (outcome.__typename === 'PurchaseConfirmed')
      await checkouts.finish(orderId, signedIn(context).userId, outcome.order.items);
    // Where the same key again may still buy, it has to buy the same.
    else if (!mayStillBuy(outcome)) await checkouts.unsettle(orderId);
  } catch (error) {
    context.logger.warn({ err: error, orderId }, 'the wishlist stays as it was after a checkout');
  }
  return outcome;
}

const tooManyLines = invalidInput([
  { path: 'wishlist', message: `One order has at most ${MAX_LINES} products.` },
]);
