import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { newKey, openSale, purchase } from './shop.ts';
import type { Reply, Stack } from './stack.ts';
import { mutationOf } from './mutation.ts';

const documentOf = (name: string): string =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8');

/** One operation, ready to be sent once. */
interface Prepared {
  readonly name: string;
  readonly query: string;
  readonly variables: object;
  readonly token?: string;
  /** The member of the result union while the stores are well; null for operations that have no union. */
  readonly usual: string | null;
}

/** What a client sees of one operation. */
export interface Seen {
  readonly name: string;
  readonly status: number;
  /** The member of the result union, or null. */
  readonly typename: string | null;
  /** Of every error in the answer. */
  readonly codes: readonly string[];
  readonly retryAfterMs: number | null;
  readonly isUsual: boolean;
}

const ADDRESS = { postalCode: '04524', line1: '110 Sejong-daero' };
const DEMO = { email: 'buyer@firstcome.example', password: 'firstcome-buyer' };

/** Makes what each operation needs, while the stores are well. @returns every operation that clients send, once each */
export async function prepareEveryOperation(stack: Stack): Promise<Prepared[]> {
  const [product, other] = [await openSale(stack, { units: 100 }), await openSale(stack, { units: 100 })];
  const [first, second, third] = [await signIn(stack), await signIn(stack), await signIn(stack)];
  const admin = stack.mint.administrator();
  const ofOrder = async (usual: string, name: string, more: object = {}): Promise<Prepared> => {
    const token = stack.mint.buyer();
    const { order } = await purchase(stack, product, token);
    if (!order) throw new Error(`nothing was bought for ${name}`);
    const input = { orderId: order.id, ...more };
    if (name === 'Pay')
      await stack.execute(
        documentOf('PreparePayment'),
        { input: { orderId: order.id, shippingAddress: ADDRESS } },
        token,
      );
    const variables = name === 'Order' ? { id: order.id } : { input };
    return { name, query: documentOf(name), variables, token, usual: usual || null };
  };
  const ofWishlist = async (name: string, usual: string, input: object): Promise<Prepared> => {
    const token = stack.mint.buyer();
    await stack.execute(documentOf('AddToWishlist'), { input: { productId: product } }, token);
    return { name, query: documentOf(name), variables: { input }, token, usual };
  };
  const send = (
    name: string,
    usual: string | null,
    variables: object = {},
    token?: string,
    query = documentOf(name),
  ): Prepared => ({ name, query, variables, usual, ...(token ? { token } : {}) });
  const admins = (name: string, usual: string, input: object) =>
    send(name, usual, { input }, admin, mutationOf(name, '... on Error { message }'));

  return [
    send('SignIn', 'Session', { input: DEMO }),
    send('RequestEmailVerification', 'VerificationRequested', { input: { email: aMail() } }),
    send('SignUp', 'InvalidVerificationCode', {
      input: {
        email: aMail(),
        verificationCode: '000000',
        password: 'correct horse battery',
        name: 'A',
        phoneNumber: '+82 2 0000 0000',
        address: ADDRESS,
      },
    }),
    send('RequestPasswordReset', 'PasswordResetRequested', { input: { email: aMail() } }),
    send('ResetPassword', 'InvalidVerificationCode', {
      input: { email: aMail(), resetCode: '0000-0000-0000', newPassword: 'correct horse battery' },
    }),
    send('RefreshSession', 'Session', { input: { refreshToken: first.refreshToken } }),
    send('SignOut', 'SignedOut', {}, second.accessToken),
    send('UpdateProfile', 'ProfileUpdated', { input: { name: newKey() } }, third.accessToken),
    send(
      'ChangePassword',
      'InvalidCredentials',
      { input: { currentPassword: 'not the password', newPassword: 'a password of another kind' } },
      third.accessToken,
    ),
    send('MyProfile', null, {}, third.accessToken),
    send('MyOrders', null, {}, third.accessToken),
    send('Wishlist', null, {}, third.accessToken),

    admins('createProduct', 'ProductSaved', {
      name: 'Tea',
      type: 'GENERAL',
      price: { amount: 1_000 },
    }),
    admins('updateProduct', 'ProductSaved', { id: other, name: newKey() }),
    admins('withdrawProduct', 'ProductSaved', { id: other }),
    send('Products', null),
    send('ProductPage', null, { id: product }),
    send('ServerTime', null),

    admins('restock', 'Restocked', {
      productId: product,
      change: 1,
      idempotencyKey: newKey(),
    }),
    send('Stock', null, { productId: product }),
    send(
      'Purchase',
      'PurchaseConfirmed',
      { input: { productId: product, idempotencyKey: newKey() } },
      stack.mint.buyer(),
    ),
    send('AbandonPurchase', 'PurchaseAbandoned', { input: { idempotencyKey: newKey() } }, stack.mint.buyer()),
    send('PurchaseOutcome', null, { idempotencyKey: newKey() }, stack.mint.buyer()),
    await ofWishlist('AddToWishlist', 'WishlistUpdated', { productId: product, quantity: 2 }),
    await ofWishlist('UpdateWishlistItem', 'WishlistUpdated', { productId: product, quantity: 3 }),
    await ofWishlist('RemoveFromWishlist', 'WishlistUpdated', { productId: product }),
    await ofWishlist('CheckoutWishlist', 'PurchaseConfirmed', { idempotencyKey: newKey() }),
    await ofOrder('PaymentPrepared', 'PreparePayment', { shippingAddress: ADDRESS }),
    await ofOrder('PaymentAccepted', 'Pay', { paymentToken: 'sim_success' }),
    await ofOrder('OrderCancelled', 'CancelOrder'),
    await ofOrder('InvalidOrderStatus', 'RequestReturn'),
    await ofOrder('', 'Order'),
  ];
}

/** All at once. @returns what a client sees of each, in order */
export const sendAll = (stack: Stack, operations: readonly Prepared[]): Promise<Seen[]> =>
  Promise.all(operations.map((operation) => sendOne(stack, operation)));

async function sendOne(stack: Stack, { name, query, variables, token, usual }: Prepared): Promise<Seen> {
  const reply = await stack.execute(query, variables, token);
  const [field] = Object.values(reply.data ?? {}) as ({ __typename?: string } | null)[];
  const typename = field?.__typename ?? null;
  const codes = (reply.errors ?? []).map(({ extensions }) => extensions?.code ?? 'none');
  return {
    name,
    status: reply.status,
    typename,
    codes,
    retryAfterMs: retryTimeOf(reply, field),
    isUsual: reply.status === 200 && codes.length === 0 && (usual === null || usual === typename),
  };
}

function retryTimeOf({ errors }: Reply, field: unknown): number | null {
  const ofFault = errors?.find(({ extensions }) => extensions?.retryAfterMs)?.extensions?.retryAfterMs;
  return ofFault ?? (field as { retryAfterMs?: number } | null)?.retryAfterMs ?? null;
}

const aMail = (): string => `${randomUUID()}@firstcome.example`;

async function signIn(stack: Stack): Promise<{ accessToken: string; refreshToken: string }> {
  const { data } = await stack.execute(documentOf('SignIn'), { input: DEMO });
  return data!['signIn'] as never;
}
