import { expect, describe, it, onTestFinished } from 'vitest';
import { useBrowser } from '../harness/browser.ts';
import { createProduct, openSale, purchase, readStock, restock } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { waitUntil } from '../harness/wait-until.ts';
import {
  answerAddressRequired,
  answerInstead,
  buy,
  count,
  fillAddress,
  openSoon,
  outcomeIs,
  record,
  replaceAccessToken,
  saleUrl,
  shows,
  signIn,
  upcomingSale,
  visitSale,
} from './sale-page-buyer.ts';

const stack = useStack(useStores(), { processes: { user: 1, product: 1, order: 1, router: 1 } });
const browser = useBrowser();
const visit = (product: string) => visitSale(browser, stack, product);
const sold = async (product: string) => (await readStock(stack, product)).sold;

describe('the page of a sale', () => {
  it('counts down, opens on time, and sells', async () => {
    const product = await upcomingSale(stack, { units: 1_500, name: 'Moon jar' });
    const { page, requested, problems } = await visit(product);
    await shows(page, '#status', 'Not open yet');
    await shows(page, '#remaining', '1,500 left');
    await signIn(page);
    expect(await page.locator('#buy-button').getAttribute('aria-disabled')).toBe('true');
    await openSoon(stack, product);
    await shows(page, '#countdown', /00\s*min\s*0\d\s*sec/);
    await shows(page, '#announcer', 'The sale opens in ten seconds.');
    await page.locator('#sale[data-just-opened]').waitFor();
    await shows(page, '#status', 'On sale');
    await shows(page, '#announcer', 'The sale is open.');
    await buy(page);
    await outcomeIs(page, 'It is yours.');
    await shows(page, '#order-status', 'Waiting for payment');
    expect(await page.locator('#order-facts').textContent()).toContain('1 × Moon jar');
    expect(problems).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(stack.routers[0]!.url))).toEqual([]);
  });

  it('shows what others buy, without a reload', async () => {
    const product = await openSale(stack, { units: 2 });
    const { page } = await visit(product);
    await shows(page, '#remaining', '2 left');
    await purchase(stack, product, stack.mint.buyer());
    await shows(page, '#remaining', '1 left');
    await purchase(stack, product, stack.mint.buyer());
    await shows(page, '#remaining', '0 left');
    await shows(page, '#status', 'Sold out');
    await shows(page, '#announcer', 'Sold out.');
  });

  it('makes one order of a double click, and another only by "Buy another"', async () => {
    const product = await openSale(stack, { units: 5 });
    const visited = await visit(product);
    const { page } = visited;
    const sent = record(visited);
    await signIn(page);
    const button = page.locator('#buy-button');
    await page.locator('#buy-button[aria-disabled=false]').waitFor();
    await button.click({ clickCount: 3, delay: 30, force: true });
    await outcomeIs(page, 'It is yours.');
    // Presses that come with the answer, and one after the other.
    for (let presses = 0; presses < 5; presses++) await button.click({ force: true });
    await shows(page, '#buy-button', 'Buy another');
    expect([sent.keys.size, await sold(product)]).toEqual([1, 1]);

    await buy(page);
    await waitUntil('another order', async () => (await sold(product)) === 2);
    await outcomeIs(page, 'It is yours.');
    expect(sent.keys.size).toBe(2);
  });

  it('keeps an order that waits for payment in sight while another is bought, until it is paid', async () => {
    const { page } = await visit(await openSale(stack, { units: 5 }));
    await signIn(page);
    await buy(page);
    await shows(page, '#order-status', 'Waiting for payment');
    const first = await page.locator('#order-facts').textContent();
    // Whether the first order can be paid while the shop decides.
    const payable: boolean[] = [];
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()!.includes('mutation Purchase'))
        payable.push(await page.locator('#pay-button').isVisible());
      return route.continue();
    });
    await buy(page);
    await shows(page, '#waiting', '2 orders wait for payment. This one is due first.');
    expect(await page.locator('#order-facts').textContent()).toBe(first);
    await shows(page, '#due', /^1[45]:\d\d$/);
    await page.reload();
    await shows(page, '#waiting', '2 orders wait for payment. This one is due first.');
    expect(await page.locator('#order-facts').textContent()).toBe(first);

    expect(payable).toEqual([true]);
    await page.locator('#pay-button').click();
    await waitUntil(
      'the other order',
      () => page.locator('#order-facts').textContent(),
      (facts) => facts !== first,
    );
    await shows(page, '#order-status', 'Waiting for payment');
    expect(await page.locator('#waiting').isHidden()).toBe(true);
  });

  it('keeps its key over a reload in the middle of a purchase: there is one order', async () => {
    const product = await openSale(stack, { units: 5 });
    const visited = await visit(product);
    const { page } = visited;
    const sent = record(visited);
    await signIn(page);
    // The purchase takes effect, but the page is closed before the response arrives.
    await page.route('**/graphql', async (route) => {
      const isFirst = count(sent.names, 'Purchase') === 1;
      if (!isFirst || !route.request().postData()!.includes('mutation Purchase')) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await buy(page);
    await waitUntil('the purchase', async () => (await sold(product)) === 1);
    await page.reload();
    await outcomeIs(page, 'It is yours.');
    await shows(page, '#outcome-text', /there is one order, not two/);
    expect([sent.keys.size, await sold(product)]).toEqual([1, 1]);
    expect(count(sent.names, 'Purchase')).toBeGreaterThan(1);

    await page.reload();
    await page.getByRole('heading', { name: 'Your order' }).waitFor();
    expect(await page.locator('#outcome-title').textContent()).toBe('');
  });

  it('buys once when the connection is cut before the answer', async () => {
    const product = await openSale(stack, { units: 5 });
    const proxy = new TcpProxy({ host: '127.0.0.1', port: Number(new URL(stack.routers[0]!.url).port) });
    const port = await proxy.start();
    onTestFinished(() => proxy.stop());
    const visited = await browser.visit(`http://127.0.0.1:${port}/sale/${product}`);
    const { page } = visited;
    const sent = record(visited);
    await signIn(page);
    proxy.nextWith('mutation Purchase', 'loseReply');
    await buy(page);
    await outcomeIs(page, 'It is yours.');
    expect([sent.keys.size, await sold(product)]).toEqual([1, 1]);
    // By the page, or by the browser itself, which also sends again.
    await shows(page, '#outcome-text', /there is one order, not two/);
  });

  it('shows the product and stays signed in when it is reloaded with a token that has expired', async () => {
    const product = await openSale(stack, { units: 5, name: 'Moon jar' });
    const visited = await visit(product);
    const { page } = visited;
    await signIn(page);
    await replaceAccessToken(page, stack.mint.mint({ exp: Math.floor(Date.now() / 1_000) - 600 }));
    const sent = record(visited);
    await page.reload();
    await shows(page, '#name', 'Moon jar');
    await shows(page, '#who', /buyer@firstcome\.example/);
    await buy(page);
    await outcomeIs(page, 'It is yours.');
    expect(count(sent.names, 'RefreshSession')).toBe(1);
    for (const name of ['Product', 'ServerTime', 'RefreshSession']) expect(sent.tokens).not.toContain(name);
  });

  it('keeps the session while a refresh is not answered', async () => {
    const product = await openSale(stack, { units: 5 });
    const { page } = await visit(product);
    await signIn(page);
    await replaceAccessToken(page, stack.mint.mint({ exp: Math.floor(Date.now() / 1_000) - 600 }));
    let lost = 0;
    await page.route('**/graphql', (route) => {
      const isRefresh = route.request().postData()!.includes('mutation RefreshSession');
      if (!isRefresh || lost === 2) return route.continue();
      lost += 1;
      return route.abort();
    });
    await buy(page);
    await outcomeIs(page, 'It is yours.');
    expect([lost, await sold(product)]).toEqual([2, 1]);
  });

  it('takes payment: without an address, declined, and at last accepted', async () => {
    const product = await openSale(stack, { units: 5 });
    const { page } = await visit(product);
    await signIn(page);
    await answerAddressRequired(page);
    await buy(page);
    await shows(page, '#pay-button', 'Pay ₩12,000');
    await shows(page, '#due', /^1[45]:\d\d$/);
    await page.locator('#card').selectOption('sim_declined');
    await page.locator('#pay-button').click();
    await shows(page, '#payment', 'Enter the address that the order goes to.');
    await fillAddress(page);
    await page.locator('#pay-button').click();
    await shows(page, '#payment', /^The payment was declined/);
    await page.locator('#card').selectOption('sim_success');
    await page.locator('#pay-button').dblclick();
    await shows(page, '#order-status', 'Paid');
    await shows(page, '#payment', 'Paid. Thank you!');
    expect(await page.locator('#order-facts').textContent()).toContain('04524 110 Sejong-daero');
    expect(await page.locator('#pay').isHidden()).toBe(true);
  });

  it('shows the reason of a refusal: sold out, and more than the limit', async () => {
    const limited = await openSale(stack, { units: 5, purchaseLimit: 1 });
    const { page } = await visit(limited);
    await signIn(page);
    await page.locator('#quantity').fill('2');
    await buy(page);
    await shows(page, '#outcome-text', /The limit is 1; you hold 0\.$/);
    await page.locator('#quantity').fill('1');
    await buy(page);
    await outcomeIs(page, 'It is yours.');
    await shows(page, '#buy-button', 'You have as many as one buyer may');
    expect(await page.locator('#buy-button').getAttribute('aria-disabled')).toBe('true');

    const soldOut = await openSale(stack, { units: 1 });
    await purchase(stack, soldOut, stack.mint.buyer());
    await page.goto(saleUrl(stack, soldOut));
    await shows(page, '#buy-button', 'Try all the same');
    await buy(page);
    await shows(page, '#outcome-text', /A cancelled or unpaid order may bring some back/);
  });

  it('shows a refusal, and uses a new key for the next attempt', async () => {
    const refusals = [
      [{ __typename: 'SaleNotOpen', opensAt: '2026-01-01T00:00:00.000Z' }, 'The sale is not open yet.'],
      [{ __typename: 'SaleClosed', closedAt: null }, 'The sale is over.'],
      [{ __typename: 'ProductNotFound' }, 'There is no such product.'],
      [{ __typename: 'InvalidInput', problems: [] }, 'The shop did not accept that.'],
      [{ __typename: 'IdempotencyKeyReused' }, 'This attempt was used for something else.'],
      [{ __typename: 'PurchaseAbandoned' }, 'Given up.'],
    ] as const;
    const visited = await visit(await openSale(stack, { units: 5 }));
    const { page } = visited;
    await signIn(page);
    const { keys } = record(visited);
    for (const [index, [purchase, words]] of refusals.entries()) {
      await answerInstead(page, 'Purchase', { purchase }, 1);
      await buy(page);
      await outcomeIs(page, words);
      expect(keys.size).toBe(index + 1);
    }
  });

  it('tries again under the same key while the shop is busy, and ends the attempt when the buyer wants that', async () => {
    const product = await openSale(stack, { units: 5 });
    const visited = await visit(product);
    const { page } = visited;
    const { keys } = record(visited);
    await signIn(page);
    await answerInstead(page, 'Purchase', { purchase: { __typename: 'Busy', retryAfterMs: 50 } });
    await buy(page);
    await outcomeIs(page, 'So many at once.');
    await shows(page, '#tries', /^Tries so far: [2-9]/);
    await page.getByRole('button', { name: 'Stop trying' }).click();
    await outcomeIs(page, 'Given up.');
    expect([keys.size, await sold(product)]).toEqual([1, 0]);
  });

  it('shows that there is no stock yet, and sells once there is', async () => {
    const product = await createProduct(stack);
    const { page } = await visit(product);
    await shows(page, '#status', 'Not stocked yet');
    await waitUntil('the title', async () => (await page.title()).startsWith('Not stocked yet · '));
    await signIn(page);
    await shows(page, '#buy-button', 'Not stocked yet');
    expect(await page.locator('#buy-button').getAttribute('aria-disabled')).toBe('true');
    await restock(stack, product, 3);
    await shows(page, '#remaining', '3 left');
    await buy(page);
    await outcomeIs(page, 'It is yours.');
  });

  it('shows that a password is wrong', async () => {
    const { page } = await visit(await openSale(stack, { units: 1 }));
    await page.getByLabel('Password').fill('not the password');
    await page.locator('#sign-in .big').click();
    await shows(page, '[role=alert]', 'E-mail or password is wrong.');
  });

  it('ends quietly at a product that is not there', async () => {
    const { page, requested, problems } = await visit('0198c0de-0000-7000-8000-000000000404');
    await page.getByRole('heading', { name: 'There is no such product' }).waitFor();
    expect(await page.locator('#buyer').isVisible()).toBe(false);
    expect(requested.filter((url) => url.includes('/live/'))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('shows an outage in the place of the product, and the product when the shop responds again', async () => {
    const product = await openSale(stack, { units: 5, name: 'Moon jar' });
    const visited = await visit(product);
    const { page } = visited;
    let isDown = true;
    await page.route('**/graphql', (route) => (isDown ? route.abort() : route.continue()));
    await page.reload();
    await shows(page, '#notice-title', /does not answer/);
    expect(await page.locator('#name').textContent()).toBe('');
    isDown = false;
    await shows(page, '#name', 'Moon jar');
  });

  it('sells also when it gets no live stream', async () => {
    const product = await openSale(stack, { units: 5 });
    const visited = await visit(product);
    const { page } = visited;
    await page.route('**/live/stock*', (route) => route.fulfill({ status: 503, json: {} }));
    await page.reload();
    await shows(page, '#remaining', '5 left');
    await signIn(page);
    await buy(page);
    await outcomeIs(page, 'It is yours.');
  });
});
