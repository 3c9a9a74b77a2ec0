import { parseUuid } from '../../platform/uuid.ts';
import { Fault } from '../../platform/errors.ts';
import type { Handler } from '../../platform/http/server.ts';
import { staticFile } from './static-file.ts';

const PARTS = [
  'sale.css',
  'icon.svg',
  'buyer-view.mjs',
  'countdown.mjs',
  'elements.mjs',
  'language.mjs',
  'live-stock.mjs',
  'live-stream.mjs',
  'opening.mjs',
  'outcomes.mjs',
  'payment-view.mjs',
  'payment.mjs',
  'product-view.mjs',
  'product.mjs',
  'purchase.mjs',
  'sale.mjs',
  'session.mjs',
  'shop-client.mjs',
  'sign-in-view.mjs',
  'tabs.mjs',
  'ticket-view.mjs',
  'wish.mjs',
  'words.mjs',
];

/**
 * Scripts and styles are the page's own files only, it sends requests to this origin only, and no page frames it. Pictures of
 * products may be on any host, because the catalog names them by URL: they get no cookies and no referrer.
 */
const CONTENT_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' https:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/**
 * `/sale/<product id>`: a sale to watch and to buy at, in plain HTML, CSS and JavaScript, for those who write a front end of
 * their own. It knows no more than any client: GraphQL and the live stream.
 *
 * @param account what the sign-in form says already; with it, payments are simulated
 */
export function salePage(
  account: { readonly email: string; readonly password: string } | null,
): Record<string, Handler> {
  const file = (name: string) => new URL(name, import.meta.url);
  const page = staticFile(file('sale.html'), {
    headers: { 'content-security-policy': CONTENT_POLICY, 'referrer-policy': 'no-referrer' },
    values: {
      email: account?.email ?? '',
      password: account?.password ?? '',
      simulator: account ? 'on' : '',
    },
  });
  return {
    '/sale/*': (request) => {
      const [, id = ''] = /^\/sale\/([A-Za-z0-9:-]{1,64})$/.exec(request.path) ?? [];
      if (id === '') throw new Fault('NOT_FOUND');
      // The page keeps an attempt to buy by the product's id, so there must be one spelling of it.
      const canonical = parseUuid(id) ?? id;
      return canonical === id ? page(request) : { status: 308, headers: { location: `/sale/${canonical}` } };
    },
    ...Object.fromEntries(PARTS.map((name) => [`/pages/${name}`, staticFile(file(name))])),
  };
}
