import type { Page } from 'playwright-core';
import type { TestBrowser, Visit, VisitOptions } from '../harness/browser.ts';
import { openSale, restock, type Sale } from '../harness/shop.ts';
import type { Stack } from '../harness/stack.ts';
import { waitUntil } from '../harness/wait-until.ts';

/** What a person does at the page of a sale, and what the page sends meanwhile. */

export const saleUrl = (stack: Stack, product: string): string => `${stack.routers[0]!.url}/sale/${product}`;

export const visitSale = (
  browser: TestBrowser,
  stack: Stack,
  product: string,
  options?: VisitOptions,
): Promise<Visit> => browser.visit(saleUrl(stack, product), options);

/** As the demo buyer, whose words stand in the form already. */
export async function signIn(page: Page): Promise<void> {
  await page.locator('#sign-in .big').click();
  await page.locator('#who').waitFor();
}

export async function buy(page: Page): Promise<void> {
  await page.locator('#buy-button[aria-disabled=false]').click();
}

/** Waits until this is what stands there. */
export function shows(page: Page, selector: string, text: string | RegExp): Promise<unknown> {
  return waitUntil(
    `${selector} to show ${text}`,
    () => page.locator(selector).textContent(),
    (shown) => (typeof text === 'string' ? shown === text : text.test(shown ?? '')),
  );
}

export const outcomeIs = (page: Page, title: string) => shows(page, '#outcome-title', title);

interface SentOperation {
  readonly query: string;
  readonly variables: { readonly input?: { readonly idempotencyKey?: string } };
}

/** The names of the operations that the tabs of a visit send, and the idempotency keys of their purchases. */
export function record({ page }: Visit): { names: string[]; keys: Set<string>; tokens: string[] } {
  const seen = { names: [] as string[], keys: new Set<string>(), tokens: [] as string[] };
  page.context().on('request', (request) => {
    if (!request.url().endsWith('/graphql')) return;
    const { query, variables } = request.postDataJSON() as SentOperation;
    const name = /^(?:query|mutation) (\w+)/.exec(query)![1]!;
    seen.names.push(name);
    if (request.headers()['authorization']) seen.tokens.push(name);
    if (name === 'Purchase') seen.keys.add(variables.input!.idempotencyKey!);
  });
  return seen;
}

/** How often something is in a list. */
export const count = <Item>(items: readonly Item[], wanted: Item): number =>
  items.filter((item) => item === wanted).length;

/** Answers operations of one name in the place of the shop, `times` times or always. */
export async function answerInstead(page: Page, name: string, data: object, times = Infinity): Promise<void> {
  let left = times;
  await page.context().route('**/graphql', async (route) => {
    const { query } = route.request().postDataJSON() as SentOperation;
    if (left === 0 || !new RegExp(`^(?:query|mutation) ${name}\\b`).test(query)) return route.fallback();
    left -= 1;
    return route.fulfill({ json: { data } });
  });
}

/** As of a buyer whose profile has no address: the first time, the shop does not know where the order goes. */
export const answerAddressRequired = (page: Page): Promise<void> =>
  answerInstead(page, 'PreparePayment', { preparePayment: { __typename: 'ShippingAddressRequired' } }, 1);

export async function fillAddress(page: Page): Promise<void> {
  await page.getByLabel('Postal code').fill('04524');
  await page.getByLabel('Address', { exact: true }).fill('110 Sejong-daero');
}

/** A sale that opens so late that each test is at its page before. */
export const upcomingSale = (stack: Stack, sale: Omit<Sale, 'opensAt'>): Promise<string> =>
  openSale(stack, { ...sale, opensAt: new Date(Date.now() + 1_800_000) });

/** More than the ten seconds that the page treats as the last ones. */
const OPENS_IN_MS = 12_000;

/**
 * Lets it open soon. Open pages read terms every ten seconds, and with each change of the stock: one more unit, and one less, make them
 * read the new opening at once.
 *
 * @param inMs until it opens; without it, the page shows more than its last ten seconds
 */
export async function openSoon(stack: Stack, product: string, inMs = OPENS_IN_MS): Promise<void> {
  await changeProduct(stack, { id: product, opensAt: new Date(Date.now() + inMs).toISOString() });
  for (const change of [1, -1]) await restock(stack, product, change);
}

export async function changeProduct(
  stack: Stack,
  input: { id: string; [field: string]: string },
): Promise<void> {
  await stack.execute(
    'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { __typename } }',
    { input },
    stack.mint.administrator(),
  );
}

/** The session of the page with another access token in it, such as one that has expired. */
export async function replaceAccessToken(page: Page, accessToken: string): Promise<void> {
  await page.evaluate((token) => {
    const session = JSON.parse(localStorage.getItem('firstcome:session')!) as object;
    localStorage.setItem('firstcome:session', JSON.stringify({ ...session, accessToken: token }));
  }, accessToken);
}
