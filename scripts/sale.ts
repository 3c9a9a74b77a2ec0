/** `npm run sale`: puts a product on sale, through the public API. */
import { isProduction, settingOf } from '../platform/config/environment.ts';
import { loadEnvironment } from '../platform/config/load-environment.ts';
import { readCommandLine, refuseCommandLine, runScript } from './command-line.ts';
import { priceText } from './sale/price.ts';
import { isLocalTime, parseWhen, WHEN_FORMS } from './sale/when.ts';
import { putOnSale, type NewSale } from './sale/put-on-sale.ts';
import { ShopClient } from './seed/shop-client.ts';
import { demoAccounts } from './start/demo.ts';

const HELP = `npm run sale -- --name 'Moon jar' --units 100 --opens 10m

Puts a product on sale and prints its id.

  --name TEXT          required
  --units N            how many there are; required
  --opens WHEN         ${WHEN_FORMS}; now, when left out
  --closes WHEN        the same, a length of time counted from the opening; no end but that of the stock, when left out
  --price N            in the smallest unit of the currency, won or cents: of USD, 1000 is 10.00 (10000)
  --currency CODE      (KRW)
  --limit N            the most units that one buyer may hold; no limit, when left out
  --description TEXT
  --image URL
  --url URL            the shop (http://localhost:4000, or the PORT that is set)

It signs in as ADMIN_EMAIL with ADMIN_PASSWORD, from the environment or .env; outside production else as the demo administrator.
`;

/** @throws with a sentence for people */
async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: {
      name: { type: 'string' },
      units: { type: 'string' },
      opens: { type: 'string', default: 'now' },
      closes: { type: 'string' },
      price: { type: 'string', default: '10000' },
      currency: { type: 'string', default: 'KRW' },
      limit: { type: 'string' },
      description: { type: 'string' },
      image: { type: 'string' },
      url: { type: 'string' },
    },
  });
  if (values.name === undefined) refuseCommandLine('--name is needed: what is on sale.');
  if (values.units === undefined) refuseCommandLine('--units is needed: how many there are.');
  const opensAt = when('--opens', values.opens, new Date());
  const sale: NewSale = {
    name: values.name,
    description: values.description,
    imageUrl: values.image,
    units: wholeNumber('--units', values.units, 1),
    price: { amount: wholeNumber('--price', values.price, 0), currency: values.currency },
    purchaseLimit: values.limit === undefined ? undefined : wholeNumber('--limit', values.limit, 1),
    opensAt,
    closesAt: values.closes === undefined ? null : when('--closes', values.closes, opensAt),
  };
  loadEnvironment();
  const base = (values.url ?? `http://localhost:${settingOf('PORT') ?? '4000'}`).replace(/\/(graphql)?$/, '');
  if (!/^https?:$/.test(URL.canParse(base) ? new URL(base).protocol : ''))
    refuseCommandLine(`--url is not acceptable: expected a URL that starts with http:// or https://.`);

  const shop = new ShopClient(`${base}/graphql`);
  const { email, password } = administrator();
  await shop.signIn(email, password);
  const id = await putOnSale(shop, sale);
  await report(base, id, sale, values);
}

function when(option: string, text: string, from: Date): Date {
  return parseWhen(text, from) ?? refuseCommandLine(`${option} is not acceptable: expected ${WHEN_FORMS}.`);
}

/** `Int` of GraphQL. */
const LARGEST = 2_147_483_647;

function wholeNumber(option: string, text: string, smallest: number): number {
  const value = Number(text.replaceAll('_', ''));
  if (/^[\d_]+$/.test(text) && value >= smallest && value <= LARGEST) return value;
  return refuseCommandLine(
    `${option} is not acceptable: expected a whole number from ${smallest} to ${LARGEST}.`,
  );
}

function administrator(): { readonly email: string; readonly password: string } {
  const email = settingOf('ADMIN_EMAIL');
  const password = settingOf('ADMIN_PASSWORD');
  if (email && password) return { email, password };
  if (email || password || isProduction())
    throw new Error('ADMIN_EMAIL and ADMIN_PASSWORD must be set: an administrator of the shop.');
  return demoAccounts.admin;
}

/** The times as they were given on the command line. */
interface GivenTimes {
  readonly opens: string;
  readonly closes?: string;
}

async function report(base: string, id: string, sale: NewSale, given: GivenTimes): Promise<void> {
  const { name, units, price, purchaseLimit, opensAt, closesAt } = sale;
  const page = `${base}/sale/${id}`;
  const hasPage = await fetch(page, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  console.log(
    [
      `${name}: ${units} units at ${priceText(price)}${purchaseLimit ? `, ${purchaseLimit} for each buyer` : ''}`,
      `from     ${opensAt.toISOString()}${assumedZone(given.opens)}`,
      `to       ${closesAt ? closesAt.toISOString() + assumedZone(given.closes) : 'the last unit'}`,
      `product  ${id}`,
      ...(hasPage ? [`page     ${page}`] : []),
    ].join('\n'),
  );
}

/** Of a time without an offset from UTC: it may be meant for another time zone than this machine's. */
function assumedZone(text = ''): string {
  return isLocalTime(text)
    ? ` (${text} in ${Intl.DateTimeFormat().resolvedOptions().timeZone}, the time zone of this machine)`
    : '';
}

runScript(main);
