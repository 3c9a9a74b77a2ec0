import { expect } from 'vitest';
import type { Attack } from '../attack.ts';
import { someAddress } from '../attacked-system.ts';

/** What the documents and variables of requests can do. */
export const attacksOnRequests: readonly Attack[] = [
  {
    attack: 'fifteen lists of orders with their products',
    gets: 'are refused by their cost before anything is planned',
    async run(system) {
      const { execute } = system.from(someAddress());
      const orders = 'orders(first: 100) { nodes { items { product { price { amount } } } } }';
      const aliases = Array.from({ length: 15 }, (_, n) => `a${n}: ${orders}`);
      const reply = await execute(`{ me { ${aliases.join(' ')} } }`, {}, system.stack.mint.buyer());
      expect(reply.status).toBe(400);
      expect(reply.errors?.[0]?.extensions?.code).toBe('OPERATION_TOO_COMPLEX');
    },
  },
];
