import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useBrowser, type VisitOptions } from '../harness/browser.ts';
import { openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';
import {
  answerAddressRequired,
  answerInstead,
  buy,
  changeProduct,
  fillAddress,
  openSoon,
  outcomeIs,
  shows,
  signIn,
  upcomingSale,
  visitSale,
} from './sale-page-buyer.ts';

const stack = useStack(useStores(), { processes: { user: 1, product: 1, order: 1, router: 1 } });
const browser = useBrowser();
const visit = (product: string, options?: VisitOptions) => visitSale(browser, stack, product, options);

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SALE = { units: 5, name: 'Moon jar' };

/** What axe finds in the page as it is, each rule with the elements that break it. */
async function violations(page: Page): Promise<string[]> {
  // As a string it is evaluated beside the page's content policy, not under it.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<AxeResults>('axe.run()');
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`);
}

const width = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth');

describe('the sale page, seen, read aloud and operated by keyboard', () => {
  it.each([
    { colorScheme: 'light' as const, width: 1_280 },
    { colorScheme: 'dark' as const, width: 320 },
  ])(
    'has no violation that axe finds, in any state, and fits: %o',
    async (look) => {
      const options: VisitOptions = { ...look, height: 740, reducedMotion: 'reduce' };
      const product = await upcomingSale(stack, SALE);
      const { page, openTab, problems } = await visit(product, options);
      const check = async (state: string, of = page) => {
        expect([state, await violations(of)]).toEqual([state, []]);
        expect([state, await width(of)]).toEqual([state, look.width]);
      };
      await shows(page, '#status', 'Not open yet');
      await check('upcoming, signed out');
      await page.getByLabel('Password').fill('not the password');
      await page.locator('#sign-in .big').click();
      await shows(page, '[role=alert]', 'E-mail or password is wrong.');
      await check('wrong password');
      await page.getByLabel('Password').fill('firstcome-buyer');
      await signIn(page);
      await check('upcoming, signed in');
      await openSoon(stack, product);
      await page.locator('#sale[data-last-seconds]').waitFor({ timeout: 40_000 });
      await check('last seconds');
      await page.locator('#sale[data-just-opened]').waitFor();
      // For people who want no motion.
      expect(await page.evaluate('document.getAnimations().length')).toBe(0);
      await shows(page, '#status', 'On sale');
      await check('open');
      await page.getByText('How this page works').click();
      await check('explained');

      await answerInstead(page, 'Purchase', { purchase: { __typename: 'Busy', retryAfterMs: 60_000 } });
      await buy(page);
      await outcomeIs(page, 'So many at once.');
      await check('busy');
      await page.context().unrouteAll();
      await page.getByRole('button', { name: 'Stop trying' }).click();
      await outcomeIs(page, 'Given up.');
      await check('given up');
      await buy(page);
      await outcomeIs(page, 'It is yours.');
      await page.locator('#pay-button').waitFor();
      await page.locator('#ticket:not([inert])').waitFor();
      await check('bought');
      await answerAddressRequired(page);
      await page.locator('#pay-button').click();
      await fillAddress(page);
      await check('address wanted');
      await page.locator('#pay-button').click();
      await shows(page, '#order-status', 'Paid');
      await page.getByText('History').click();
      await check('paid');
      for (let left = 4; left > 0; left--) await purchase(stack, product, stack.mint.buyer());
      await shows(page, '#status', 'Sold out');
      await check('sold out');

      const unknown = await openTab(`${stack.routers[0]!.url}/sale/no-such-product`);
      await shows(unknown, '#notice-title', 'There is no such product');
      await check('unknown', unknown);
      expect((await unknown.reload())?.status()).toBe(404);
      expect(problems).toEqual([]);
    },
    240_000,
  );

  it('moves nothing that is in view: while it loads, opens, sells and runs out', async () => {
    const product = await upcomingSale(stack, SALE);
    const { page } = await visit(product);
    await page.addInitScript(() => {
      const shifts: string[] = [];
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & Shift)[]) {
          if (entry.hadRecentInput) continue;
          const moved = entry.sources.map(
            ({ node }) => node?.id || node?.className || `${node?.nodeName} ${node?.textContent}`,
          );
          shifts.push(`${entry.value.toFixed(4)} by ${moved.join(', ')}`);
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.reload();
    await signIn(page);
    await openSoon(stack, product, 8_000);
    await page.locator('#sale[data-just-opened]').waitFor({ timeout: 40_000 });
    // By the keyboard's events alone: what follows a press for half a second is not counted as a shift.
    await page.locator('#buy-button[aria-disabled=false]').waitFor();
    await page.evaluate('document.getElementById("buy").requestSubmit()');
    await page.locator('#ticket:not([inert])').waitFor();
    for (let left = 4; left > 0; left--) await purchase(stack, product, stack.mint.buyer());
    await shows(page, '#status', 'Sold out');
    expect(await page.evaluate('shifts')).toEqual([]);
  });

  it('needs no mouse', async () => {
    const { page } = await visit(await openSale(stack, { units: 5 }));
    await shows(page, '#status', 'On sale');
    const focused = () => page.evaluate<string>('document.activeElement.id');
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
    await outcomeIs(page, 'It is yours.');
    await page.locator('#ticket:not([inert])').waitFor();
    await answerAddressRequired(page);
    await tabTo('pay-button');
    await page.keyboard.press('Enter');
    await waitUntil('the address to be in focus', focused, (id) => id === 'postal-code');
  });

  it('reads outcomes out politely, and the countdown not at all', async () => {
    const { page } = await visit(await openSale(stack, SALE));
    expect(await page.locator('[role=timer][aria-live], [role=timer] [aria-live]').count()).toBe(0);
    for (const id of ['outcome', 'payment', 'announcer'])
      expect([id, await page.locator(`#${id}`).getAttribute('aria-live')]).toEqual([id, 'polite']);
  });

  it('speaks Korean to a browser that does', async () => {
    const product = await openSale(stack, { units: 1_500 });
    const { page, problems } = await visit(product, { locale: 'ko-KR' });
    await shows(page, '#status', '판매 중');
    await shows(page, '#remaining', '1,500개 남음');
    expect(await page.evaluate('document.documentElement.lang')).toBe('ko');
    await signIn(page);
    await buy(page);
    await outcomeIs(page, '구매가 완료되었습니다.');
    await shows(page, '#order-status', '결제 대기');
    await shows(page, '#pay-button', '₩12,000 결제하기');
    const visible = await page.evaluate<string>('document.body.innerText');
    const names = /[0-9a-f]{8}-[0-9a-f-]{27}|firstcome|buyer@firstcome\.example|Lucky box|[\w-]+\.mjs|SSE/g;
    expect(visible.replaceAll(names, '').match(/[A-Za-z]{3,}/g) ?? []).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('shows the picture of the product, and the drawing where it cannot be loaded', async () => {
    const product = await openSale(stack, { units: 5, name: 'Moon jar' });
    const { page, problems } = await visit(product);
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
    await page.route('https://cdn.example/jar.svg', (route) =>
      route.fulfill({ contentType: 'image/svg+xml', body: svg }),
    );
    await page.route('https://cdn.example/gone.png', (route) => route.fulfill({ status: 404 }));
    for (const [url, isShown] of [
      ['https://cdn.example/jar.svg', true],
      ['https://cdn.example/gone.png', false],
    ] as const) {
      await changeProduct(stack, { id: product, imageUrl: url });
      await waitUntil('the picture to be in the catalog', async () => {
        await page.reload();
        await shows(page, '#name', 'Moon jar');
        return (await page.locator('#picture').getAttribute('src')) === url;
      });
      await waitUntil('the picture', async () => (await page.locator('#picture').isVisible()) === isShown);
    }
    expect(problems).toEqual([]);
  });
});

interface Shift {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node?: { id?: string; className?: string; nodeName: string; textContent: string };
  }[];
}
