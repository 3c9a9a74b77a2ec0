import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useBrowser } from '../harness/browser.ts';
import { openSale, purchase, readStock } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), { processes: { user: 1, product: 1, order: 1, router: 1 } });
const browser = useBrowser();

const visit = (product: string, size = {}) => browser.visit(`${stack.routers[0]!.url}/sale/${product}`, size);

/** As the demo buyer, whose words stand in the form already. */
async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Signed in as').waitFor();
}

const outcome = (page: Page) => page.locator('#outcome-title');

async function buy(page: Page): Promise<void> {
  await page.locator('#buy-button[aria-disabled=false]').click();
}

/** Answers every purchase in the place of the shop. @returns the idempotency keys that were asked under */
async function answerPurchases(page: Page, data: object): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  await page.route('**/graphql', async (route) => {
    const { query, variables } = route.request().postDataJSON() as Asked;
    if (!query.startsWith('mutation Purchase')) return route.continue();
    keys.add(variables.input.idempotencyKey);
    return route.fulfill({ json: { data } });
  });
  return keys;
}

interface Asked {
  readonly query: string;
  readonly variables: { readonly input: { readonly idempotencyKey: string } };
}

describe('the page of a sale', () => {
  it('counts down, opens on time, and sells', async () => {
    const product = await openSale(stack, {
      units: 3,
      name: 'Moon jar',
      opensAt: new Date(Date.now() + 5_000),
    });
    const { page, requested, problems } = await visit(product);
    await page.getByText('Not open yet').first().waitFor();
    await waitUntil(
      'the countdown',
      () => page.locator('#countdown').textContent(),
      (text) => /^00:00:0[1-5]$/.test(text ?? ''),
    );
    await signIn(page);
    expect(await page.locator('#buy-button').getAttribute('aria-disabled')).toBe('true');
    await page.getByText('On sale').waitFor();
    await buy(page);
    await waitUntil(
      'the answer',
      () => outcome(page).textContent(),
      (text) => text === 'It is yours.',
    );
    await page.getByRole('heading', { name: 'Your latest order' }).waitFor();
    expect(await page.locator('#order-facts').textContent()).toContain('1 × Moon jar');
    expect(problems).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(stack.routers[0]!.url))).toEqual([]);
  });

  it('shows what others buy, without a reload', async () => {
    const product = await openSale(stack, { units: 2 });
    const { page } = await visit(product);
    const left = (units: string) =>
      waitUntil(
        'what is left',
        () => page.locator('#remaining').textContent(),
        (text) => text === units,
      );
    await left('2');
    await purchase(stack, product, stack.mint.buyer());
    await left('1');
    await purchase(stack, product, stack.mint.buyer());
    await left('0');
    await page.getByText('Sold out').waitFor();
  });

  it('keeps its key over a reload in the middle of a purchase: there is one order', async () => {
    const product = await openSale(stack, { units: 5 });
    const { page } = await visit(product);
    await signIn(page);
    // The purchase happens, but the page is gone before it hears of that.
    const keys: string[] = [];
    await page.route('**/graphql', async (route) => {
      const { query, variables } = route.request().postDataJSON() as Asked;
      if (!query.startsWith('mutation Purchase')) return route.continue();
      keys.push(variables.input.idempotencyKey);
      if (keys.length > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await buy(page);
    await waitUntil('the purchase', async () => (await readStock(stack, product)).sold === 1);
    await page.reload();
    await waitUntil(
      'the answer',
      () => outcome(page).textContent(),
      (text) => text === 'It is yours.',
    );
    await page.getByText('there is one order, not two').waitFor();
    expect(new Set(keys).size).toBe(1);
    expect(keys.length).toBeGreaterThan(1);
    expect((await readStock(stack, product)).sold).toBe(1);

    await page.reload();
    await page.getByRole('heading', { name: 'Your latest order' }).waitFor();
    expect(await page.locator('#outcome').isHidden()).toBe(true);
  });

  it('says why not: sold out, and more than the limit', async () => {
    const limited = await openSale(stack, { units: 5, purchaseLimit: 1 });
    const { page } = await visit(limited);
    await signIn(page);
    await buy(page);
    await waitUntil(
      'the order',
      () => outcome(page).textContent(),
      (text) => text === 'It is yours.',
    );
    await buy(page);
    await page.getByText('Each buyer may hold 1 unit; you hold 1 unit.').waitFor();

    const soldOut = await openSale(stack, { units: 1 });
    await purchase(stack, soldOut, stack.mint.buyer());
    await page.goto(`${stack.routers[0]!.url}/sale/${soldOut}`);
    await page.getByRole('button', { name: 'Try all the same' }).click();
    await page.getByText('A cancelled or unpaid order may bring some back').waitFor();
  });

  it.each([
    [{ __typename: 'SaleNotOpen', opensAt: '2026-01-01T00:00:00.000Z' }, 'The sale is not open yet.'],
    [{ __typename: 'SaleClosed', closedAt: null }, 'The sale is over.'],
    [{ __typename: 'ProductNotFound' }, 'There is no such product.'],
    [
      { __typename: 'InvalidInput', problems: [{ path: 'quantity', message: 'A whole number.' }] },
      'The shop did not accept that.',
    ],
    [{ __typename: 'IdempotencyKeyReused' }, 'This attempt was used for something else.'],
    [{ __typename: 'PurchaseAbandoned' }, 'Given up.'],
  ])('says so when it is answered %o, and takes a new key for the next attempt', async (purchase, words) => {
    const { page } = await visit(await openSale(stack, { units: 5 }));
    await signIn(page);
    const keys = await answerPurchases(page, { purchase });
    for (const attempt of [1, 2]) {
      await buy(page);
      await waitUntil('the answer', () => keys.size === attempt);
      await waitUntil(
        'the refusal',
        () => outcome(page).textContent(),
        (text) => text === words,
      );
    }
  });

  it('asks again under the same key while the shop is busy, and ends the attempt when the buyer wants that', async () => {
    const product = await openSale(stack, { units: 5 });
    const { page } = await visit(product);
    await signIn(page);
    const keys = await answerPurchases(page, { purchase: { __typename: 'Busy', retryAfterMs: 50 } });
    await buy(page);
    await page.getByText(/So many at once/).waitFor();
    await page.getByText(/Asked \d+ times/).waitFor();
    await page.getByRole('button', { name: 'Stop trying' }).click();
    await waitUntil(
      'the end',
      () => outcome(page).textContent(),
      (text) => text === 'Given up.',
    );
    expect(keys.size).toBe(1);
    expect((await readStock(stack, product)).sold).toBe(0);
  });

  it('says that a password is wrong', async () => {
    const { page } = await visit(await openSale(stack, { units: 1 }));
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await waitUntil(
      'the problem',
      () => page.getByRole('alert').textContent(),
      (text) => text !== '',
    );
  });

  it('fits a phone, and needs no mouse', async () => {
    const { page } = await visit(
      await openSale(stack, { units: 5, name: 'A product with quite a long name' }),
      {
        width: 360,
        height: 740,
      },
    );
    await page.getByText('On sale').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);

    const focused = () =>
      page.evaluate<string>('document.activeElement.id || document.activeElement.textContent.trim()');
    const tabTo = async (id: string) => {
      for (let presses = 0; (await focused()) !== id; presses++) {
        if (presses > 20) throw new Error(`${id} cannot be reached by the keyboard`);
        await page.keyboard.press('Tab');
      }
    };
    await tabTo('password');
    await page.keyboard.press('Enter');
    await waitUntil('the button to be in focus', focused, (id) => id === 'buy-button');
    await page.locator('#buy-button[aria-disabled=false]').waitFor();
    await page.keyboard.press('Enter');
    await waitUntil(
      'the answer',
      () => outcome(page).textContent(),
      (text) => text === 'It is yours.',
    );
    await page.getByRole('heading', { name: 'Your latest order' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
