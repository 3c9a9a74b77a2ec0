import { createHmac, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { IDENTITY_HEADER } from '../../../platform/identity/identity.ts';
import {
  identityOf,
  instanceIdOf,
  signRequest,
  type CalledSubgraph,
  type Operation,
  type SignedRequest,
} from '../../../platform/identity/testing/signed-request.ts';
import { bodyHashOf } from '../../../platform/identity/signed-identity.ts';
import { administrator, buyer, subgraphAt } from '../../harness/subgraph-call.ts';
import { newKey } from '../../harness/shop.ts';
import type { Attack } from '../attack.ts';
import type { AttackedSystem } from '../attacked-system.ts';

const read = (): Operation => ({ query: '{ serverTime }' });
const RESTOCK = 'mutation ($input: RestockInput!) { restock(input: $input) { __typename } }';

/** With the same key in each: what the attacks must not get is the answer, so nothing has to be on sale. */
const restock = (change: number): Operation => ({
  query: RESTOCK,
  variables: { input: { productId: randomUUID(), change, idempotencyKey: newKey() } },
});

const productOf = ({ stack }: AttackedSystem): CalledSubgraph => subgraphAt('product', stack.product[0]!.url);
const orderOf = ({ stack }: AttackedSystem): CalledSubgraph => subgraphAt('order', stack.order[0]!.url);

async function send(subgraph: CalledSubgraph, request: SignedRequest) {
  const response = await fetch(new URL('/graphql', subgraph.url), request);
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions?: { code?: string } }[];
  };
  return { status: response.status, data, code: errors?.[0]?.extensions?.code };
}

const REFUSED = { status: 401, data: undefined, code: 'UNAUTHENTICATED' };

/** The claims of a request, changed and signed with the right secret. */
function resign(
  { name, secret }: CalledSubgraph,
  request: SignedRequest,
  change: (claims: string) => string,
): SignedRequest {
  const header = request.headers[IDENTITY_HEADER]!;
  const text = change(header.slice(header.indexOf('.') + 1));
  const mac = createHmac('sha256', secret).update(`${name}\n${text}`).digest('base64url');
  return { ...request, headers: { ...request.headers, [IDENTITY_HEADER]: `${mac}.${text}` } };
}

/** Between the router and the subgraphs: what an attacker does with a request that it has seen there. */
export const attacksOnIdentity: readonly Attack[] = [
  {
    attack: 'a signed request that is sent again, alone and many at once',
    gets: 'is accepted once',
    async run(system) {
      const subgraph = productOf(system);
      const instanceId = await instanceIdOf(subgraph);
      for (let round = 0; round < 10 * system.rounds; round++) {
        const request = signRequest(subgraph, read(), identityOf(null), instanceId);
        const together = await Promise.all(Array.from({ length: 20 }, () => send(subgraph, request)));
        expect(together.filter(({ status }) => status === 200)).toHaveLength(1);
        expect(together.filter(({ status }) => status === 401)).toHaveLength(19);
        expect(await send(subgraph, request)).toEqual(REFUSED);
      }
    },
  },
  {
    attack: 'a signed request that is sent to another process of its subgraph, before or after its own',
    gets: 'is accepted by the one that it was signed for',
    async run(system) {
      const { stack } = system;
      const [first, second] = [productOf(system), await stack.startService('product')];
      try {
        const other = subgraphAt('product', second.url);
        const request = signRequest(first, read(), identityOf(null), await instanceIdOf(first));
        expect((await send(other, request)).status).toBe(421);
        expect((await send(first, request)).status).toBe(200);
        expect((await send(other, request)).status).toBe(421);
      } finally {
        await second.stop();
      }
    },
  },
  {
    attack: 'the identity of an administrator over another body',
    gets: 'is refused, and does nothing',
    async run(system) {
      const subgraph = orderOf(system);
      const instanceId = await instanceIdOf(subgraph);
      const request = signRequest(subgraph, restock(1), identityOf(administrator), instanceId);
      for (const body of [JSON.stringify(restock(1_000)), `${request.body} `, ''])
        expect(await send(subgraph, { ...request, body })).toEqual(REFUSED);
      expect((await send(subgraph, request)).status).toBe(200);
    },
  },
  {
    attack: 'an identity that was signed for another subgraph',
    gets: 'is refused, also where it was signed by the secret of the one that it is sent to',
    async run(system) {
      const [product, order] = [productOf(system), orderOf(system)];
      const instanceId = await instanceIdOf(order);
      for (const secret of [product.secret, order.secret]) {
        const request = signRequest({ name: 'product', secret }, read(), identityOf(buyer()), instanceId);
        expect(await send(order, request)).toEqual(REFUSED);
      }
    },
  },
  {
    attack: 'an identity without an expiry, with one of another kind, or with one in the far future',
    gets: 'is refused, though it is signed with the right secret',
    async run(system) {
      const subgraph = productOf(system);
      const request = signRequest(subgraph, read(), identityOf(null), await instanceIdOf(subgraph));
      const expiries = ['', '"x":null,', '"x":"9999999999999",', '"x":9999999999999,', '"x":1e400,'];
      for (const expiry of expiries) {
        const changed = resign(subgraph, request, (claims) => claims.replace(/"x":\d+,/, expiry));
        expect(await send(subgraph, changed), expiry).toEqual(REFUSED);
      }
      expect(
        (
          await send(
            subgraph,
            resign(subgraph, request, (claims) => claims),
          )
        ).status,
      ).toBe(200);
    },
  },
  {
    attack: 'an identity that has expired, or will be valid later',
    gets: 'is refused',
    async run(system) {
      const subgraph = productOf(system);
      const instanceId = await instanceIdOf(subgraph);
      for (const signedAt of [Date.now() - 40_000, Date.now() + 40_000])
        expect(
          await send(subgraph, signRequest(subgraph, read(), identityOf(null), instanceId, signedAt)),
        ).toEqual(REFUSED);
    },
  },
  {
    attack: 'an identity header of any other form',
    gets: 'is refused with 401, never with 500',
    async run(system) {
      const subgraph = productOf(system);
      const request = signRequest(subgraph, read(), identityOf(null), await instanceIdOf(subgraph));
      const texts = ['', '{', 'null', '[]', '5', `{"h":"${bodyHashOf(request.body)}"}`];
      const requests = texts.map((text) => resign(subgraph, request, () => text));
      for (const header of ['', '.', 'e30.e30', `${'A'.repeat(43)}.{}`, '.'.repeat(5_000)])
        requests.push({ ...request, headers: { ...request.headers, [IDENTITY_HEADER]: header } });
      for (const changed of requests) expect(await send(subgraph, changed)).toEqual(REFUSED);
    },
  },
  {
    attack: 'a token of an administrator that requests the schema of a subgraph with SUBGRAPH_AUTH=jwt',
    gets: 'is refused, under every alias and in every fragment',
    async run({ stack }) {
      const product = await stack.startService('product', { SUBGRAPH_AUTH: 'jwt' });
      try {
        const token = stack.mint.administrator();
        const documents = [
          '{ _service { sdl } }',
          '{ a: _service { b: sdl } }',
          '{ ...F } fragment F on Query { _service { sdl } }',
          'query ($no: Boolean = false) { _service @skip(if: $no) { sdl } }',
        ];
        for (const document of documents) {
          expect((await stack.executeAt(product.url, '{ serverTime }', {}, token)).errors).toBeUndefined();
          const { data, errors } = await stack.executeAt(product.url, document, {}, token);
          expect(JSON.stringify(data ?? null)).not.toContain('sdl');
          expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
        }
      } finally {
        await product.stop();
      }
    },
  },
];
