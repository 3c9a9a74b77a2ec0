import { parseUuid } from '../../../platform/uuid.ts';
import { Fault } from '../../../platform/errors.ts';
import type { EdgeHandler } from '../../edge-middleware.ts';
import type { FindProduct } from './find-product.ts';
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

export interface SalePageOptions {
  /** What the sign-in form says already; with it, payments are simulated. */
  readonly account: { readonly email: string; readonly password: string } | null;
  readonly findProduct: FindProduct;
}

/**
 * `/sale/<product id>`: a sale to watch and to buy at, in plain HTML, CSS and JavaScript, for those who write a front end of
 * their own. It knows no more than any client: GraphQL and the live stream. Its status is 404 where there is no such product, and 200
 * where that is not known at the moment: the page shows either by itself.
 */
export function salePage({ account, findProduct }: SalePageOptions): Record<string, EdgeHandler> {
  const file = (name: string) => new URL(name, import.meta.url);
  const html = {
    headers: { 'content-security-policy': CONTENT_POLICY, 'referrer-policy': 'no-referrer' },
    values: {
      email: account?.email ?? '',
      password: account?.password ?? '',
      simulator: account ? 'on' : '',
    },
  };
  const page = staticFile(file('sale.html'), html);
  const unknown = staticFile(file('sale.html'), { ...html, status: 404 });
  return {
    '/sale/*': async (request, context) => {
      // Browsers percent-encode braces.
      const path = request.path.replace(/%7b/gi, '{').replace(/%7d/gi, '}');
      const [, id = ''] = /^\/sale\/([A-Za-z0-9:{}-]{1,64})$/.exec(path) ?? [];
      if (id === '') throw new Fault('NOT_FOUND');
      // The page keeps an attempt to buy by the product's id, so there must be one spelling of it.
      const canonical = parseUuid(id);
      if (canonical === null) return unknown(request);
      if (canonical !== id) return { status: 308, headers: { location: `/sale/${canonical}` } };
      const found = await findProduct(id, context);
      return found === false ? unknown(request) : page(request);
    },
    ...Object.fromEntries(PARTS.map((name) => [`/pages/${name}`, staticFile(file(name))])),
  };
}
