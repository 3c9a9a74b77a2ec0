import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useBrowser } from '../harness/browser.ts';
import { readTabs } from '../../router/storefront/playground/tabs.ts';
import { openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), { processes: { user: 1, product: 1, order: 1, router: 1 } });
const browser = useBrowser();

/** Goes to a tab, puts in variables if there are any, runs it. @returns the answer as it is shown */
async function run(
  page: Page,
  tab: string,
  shows: string | RegExp,
  variables?: object | string,
): Promise<string> {
  await page.locator('.graphiql-tab-button', { hasText: new RegExp(`^${tab}$`) }).click();
  if (variables) await putVariables(page, variables);
  const execute = () => page.getByRole('button', { name: /Execute query/ }).click();
  await execute();
  return waitUntil(
    `the answer of ${tab} to show ${shows}`,
    async () => {
      const text = await page.locator('.result-window .view-lines').innerText();
      // GraphiQL takes a moment to detect the operation of another tab, and a test clicks faster than a person.
      if (text.includes('Cannot')) await execute();
      return text.replaceAll('\u00a0', ' ');
    },
    (text) => (typeof shows === 'string' ? text.includes(shows) : shows.test(text)),
  );
}

const signedIn = (page: Page) => page.locator('#bar-signed-in');

/** As a person does who pastes: typing would be met by Monaco's closing brackets. */
async function putVariables(page: Page, variables: object | string): Promise<void> {
  await page.locator('.graphiql-editor-tool .view-lines').first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(
    (text) => navigator.clipboard.writeText(text),
    typeof variables === 'string' ? variables : JSON.stringify(variables),
  );
  await page.keyboard.press('ControlOrMeta+V');
}

describe('the playground', () => {
  it('runs a query, signs in, purchases and shows the order, and sends requests to its router only', async () => {
    const product = await openSale(stack, { units: 3, name: 'Moon jar' });
    const { url } = stack.routers[0]!;
    const { page, requested, problems } = await browser.visit(`${url}/`);

    expect(await run(page, 'OpenProducts', '"Moon jar"')).toContain('"remaining": 3');

    const input = { productId: product, quantity: 1, idempotencyKey: 'from-the-playground-1' };
    await run(page, 'Purchase', 'UNAUTHENTICATED', { input });
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signedIn(page).waitFor();
    await run(page, 'Purchase', '"PurchaseConfirmed"');
    expect(await run(page, 'MyOrders', '"totalCount": 1')).toContain('"PENDING_PAYMENT"');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await run(page, 'MyOrders', 'UNAUTHENTICATED');
    expect(requested.filter((one) => !one.startsWith(url) && !/^(blob|data):/.test(one))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('documents the schema, and takes the token out of the answer of signIn', async () => {
    const { page } = await browser.visit(`${stack.routers[0]!.url}/`, { width: 1_600 });
    await page.getByText('A GraphQL schema provides a root type for each kind of operation.').waitFor();
    await page.getByRole('link', { name: 'Mutation' }).first().click();
    await page.getByText('Buys one product, first come, first served.').waitFor();

    await run(page, 'SignIn', '"accessToken"');
    await signedIn(page).waitFor();
    await run(page, 'MyOrders', '"orders"');
  });

  it('signs in as the administrator, who may restock', async () => {
    const product = await openSale(stack, { units: 1 });
    const { page } = await browser.visit(`${stack.routers[0]!.url}/`);
    await page.getByRole('button', { name: 'Sign in as administrator' }).click();
    await signedIn(page).waitFor();
    const input = { productId: product, change: 4, idempotencyKey: 'from-the-playground-2' };
    expect(await run(page, 'Restock', '"Restocked"', { input })).toContain('"total": 5');
  });

  it('puts something on sale as README.md says, and something else: CreateProduct, then Restock with the id of its answer', async () => {
    const { page, problems } = await browser.visit(`${stack.routers[0]!.url}/`);
    await page.getByRole('button', { name: 'Sign in as administrator' }).click();
    await signedIn(page).waitFor();
    const { variables } = readTabs(true).find(({ query }) => query.includes('mutation Restock'))!;
    let before = 'none';
    for (let time = 0; time < 2; time++) {
      // A tab shows its last answer until the next one is there.
      const isNew = new RegExp(`"id": "(?!${before})[0-9a-f-]{36}"`);
      const created = await run(page, 'CreateProduct', isNew);
      expect(created).toContain('"status": "OPEN"');
      const [, id = ''] = /"id": "([0-9a-f-]{36})"/.exec(created) ?? [];
      before = id;
      // Nothing but the id of the product is pasted.
      const pasted = variables!.replace('PASTE-A-PRODUCT-ID-HERE', id);
      expect(await run(page, 'Restock', '"Restocked"', pasted)).toContain('"total": 10');
      await waitUntil(
        'a purchase',
        () => purchase(stack, id, stack.mint.buyer()),
        ({ __typename }) => __typename === 'PurchaseConfirmed',
      );
    }
    expect(problems).toEqual([]);
  });
});
