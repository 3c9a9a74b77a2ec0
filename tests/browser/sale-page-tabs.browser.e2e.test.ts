import { describe, expect, it } from 'vitest';
import { useBrowser } from '../harness/browser.ts';
import { openSale, purchase, readStock } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';
import {
  answerInstead,
  buy,
  count,
  outcomeIs,
  record,
  replaceAccessToken,
  saleUrl,
  shows,
  signIn,
  visitSale,
} from './sale-page-buyer.ts';

const stack = useStack(useStores(), { processes: { user: 1, product: 1, order: 1, router: 1 } });
const browser = useBrowser();
const visit = (product: string) => visitSale(browser, stack, product);
const sold = async (product: string) => (await readStock(stack, product)).sold;
const streams = (requested: readonly string[]) => requested.filter((url) => url.includes('/live/stock'));

describe('the page of a sale in several tabs', () => {
  it('buys in the eighth tab, because all of them share one stream', async () => {
    const product = await openSale(stack, { units: 9 });
    const { page, openTab, requested } = await visit(product);
    await shows(page, '#connection', 'live');
    await signIn(page);
    const tabs = [page];
    while (tabs.length < 8) tabs.push(await openTab());
    for (const tab of tabs) await shows(tab, '#remaining', '9 left');
    await buy(tabs.at(-1)!);
    await outcomeIs(tabs.at(-1)!, 'It is yours.');
    for (const tab of tabs) await shows(tab, '#remaining', '8 left');
    expect(streams(requested)).toHaveLength(1);
  });

  it('goes on in the other tabs when the one with the stream is closed', async () => {
    const product = await openSale(stack, { units: 9 });
    const { page, openTab, requested } = await visit(product);
    await shows(page, '#connection', 'live');
    const others = [await openTab(), await openTab()];
    for (const tab of others) await shows(tab, '#remaining', '9 left');
    await page.close();
    await waitUntil('another stream', () => streams(requested).length === 2);
    await purchase(stack, product, stack.mint.buyer());
    for (const tab of others) await shows(tab, '#remaining', '8 left');
    expect(streams(requested)).toHaveLength(2);
  });

  it('watches two products by one stream', async () => {
    const [jar, lamp] = [await openSale(stack, { units: 9 }), await openSale(stack, { units: 7 })];
    const { page, openTab, requested } = await visit(jar);
    await shows(page, '#remaining', '9 left');
    const other = await openTab(saleUrl(stack, lamp));
    await shows(other, '#remaining', '7 left');
    await purchase(stack, jar, stack.mint.buyer());
    await purchase(stack, lamp, stack.mint.buyer());
    await shows(page, '#remaining', '8 left');
    await shows(other, '#remaining', '6 left');
    expect(new URL(streams(requested).at(-1)!).searchParams.getAll('productId').sort()).toEqual(
      [jar, lamp].sort(),
    );
  });

  it('has a stream again after the way back through the history', async () => {
    const product = await openSale(stack, { units: 9 });
    const { page } = await visit(product);
    await shows(page, '#remaining', '9 left');
    await page.goto(`${stack.routers[0]!.url}/pages/wish.mjs`);
    await purchase(stack, product, stack.mint.buyer());
    await page.goBack();
    await shows(page, '#remaining', '8 left');
    await purchase(stack, product, stack.mint.buyer());
    await shows(page, '#remaining', '7 left');
  });

  it('renews an expired session for all tabs that are reloaded at the same time', async () => {
    const product = await openSale(stack, { units: 9 });
    const visited = await visit(product);
    const { page, openTab } = visited;
    await signIn(page);
    const tabs = [page, ...(await Promise.all([openTab(), openTab(), openTab()]))];
    await replaceAccessToken(page, stack.mint.mint({ exp: Math.floor(Date.now() / 1_000) - 600 }));
    const sent = record(visited);
    await Promise.all(tabs.map((tab) => tab.reload()));
    await waitUntil('each tab to read its orders', () => count(sent.names, 'MyOrders') >= tabs.length);
    for (const tab of tabs) await shows(tab, '#who', /buyer@firstcome\.example/);
    await buy(tabs[2]!);
    for (const tab of tabs) await shows(tab, '#order-status', 'Waiting for payment');
    // A tab may read `localStorage` before what another one wrote reaches its process; the same token then gives the same session.
    const renewals = count(sent.names, 'RefreshSession');
    expect(renewals).toBeGreaterThan(0);
    expect(renewals).toBeLessThanOrEqual(tabs.length);
  });

  it('signs out, and in again, in all tabs at once', async () => {
    const product = await openSale(stack, { units: 9 });
    const { page, openTab } = await visit(product);
    await signIn(page);
    const other = await openTab();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#sign-in').waitFor();
    expect(await page.locator('#buy').isHidden()).toBe(true);
    await signIn(page);
    await other.locator('#who').waitFor();
  });

  it('makes one order when two tabs are pressed at the same time', async () => {
    const product = await openSale(stack, { units: 9 });
    const visited = await visit(product);
    const { page, openTab } = visited;
    await signIn(page);
    const other = await openTab();
    const sent = record(visited);
    for (const tab of [page, other]) await tab.locator('#buy-button[aria-disabled=false]').waitFor();
    await Promise.all([page, other].map((tab) => tab.locator('#buy-button').click({ force: true })));
    for (const tab of [page, other]) await outcomeIs(tab, 'It is yours.');
    expect([sent.keys.size, await sold(product)]).toEqual([1, 1]);
  });

  it('continues in a second tab the purchase that the first has begun, and ends it from there', async () => {
    const product = await openSale(stack, { units: 9 });
    const visited = await visit(product);
    const { page, openTab } = visited;
    await signIn(page);
    await answerInstead(page, 'Purchase', { purchase: { __typename: 'Busy', retryAfterMs: 200 } });
    const sent = record(visited);
    await buy(page);
    await outcomeIs(page, 'So many at once.');
    const other = await openTab();
    await shows(other, '#buy-button', 'Buying …');
    await other.getByRole('button', { name: 'Stop trying' }).click();
    for (const tab of [page, other]) await outcomeIs(tab, 'Given up.');
    expect([sent.keys.size, await sold(product)]).toEqual([1, 0]);
  });

  it('shows in the other tabs what one has bought and paid', async () => {
    const product = await openSale(stack, { units: 9 });
    const { page, openTab } = await visit(product);
    await signIn(page);
    const other = await openTab();
    await other.locator('#buy-button[aria-disabled=false]').waitFor();
    await buy(page);
    await shows(other, '#order-status', 'Waiting for payment');
    await page.locator('#pay-button').click();
    for (const tab of [page, other]) await shows(tab, '#order-status', 'Paid');
  });
});
