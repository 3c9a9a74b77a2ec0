import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { findChromium } from '../../scripts/browser/find-chromium.ts';

/** Without these it sends telemetry and checks for updates. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Where there is no user but root there is no sandbox to be had.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export interface Visit {
  readonly page: Page;
  /** Another tab of the same person: the same storage, connections, locks and channels. */
  readonly openTab: (url?: string) => Promise<Page>;
  /** Every URL that a tab requested. */
  readonly requested: readonly string[];
  /** What went wrong in the tabs: exceptions, and what their content policy stopped. */
  readonly problems: readonly string[];
}

/** A real browser, headless. Each visit is a person of its own, with no memory of others. */
export class TestBrowser {
  #browser: Browser | null = null;
  readonly #contexts: BrowserContext[] = [];

  async start(): Promise<void> {
    this.#browser = await chromium.launch({
      executablePath: await findChromium((line) => console.log(line)),
      args: QUIET,
    });
  }

  async visit(
    url: string,
    { width = 1_280, height = 900, locale = 'en-GB', ...media }: VisitOptions = {},
  ): Promise<Visit> {
    const context = await this.#browser!.newContext({ viewport: { width, height }, locale, ...media });
    this.#contexts.push(context);
    const requested: string[] = [];
    const problems: string[] = [];
    context.on('request', (request) => requested.push(request.url()));
    context.on('weberror', (error) => problems.push(String(error.error())));
    context.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) problems.push(message.text());
    });
    const openTab = async (address = url): Promise<Page> => {
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(address);
      return page;
    };
    return { page: await openTab(), openTab, requested, problems };
  }

  async endVisits(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }
}

/** Call at the top of a test file. */
export function useBrowser(): TestBrowser {
  const browser = new TestBrowser();
  beforeAll(() => browser.start(), 180_000);
  afterEach(() => browser.endVisits());
  afterAll(() => browser.stop());
  return browser;
}
