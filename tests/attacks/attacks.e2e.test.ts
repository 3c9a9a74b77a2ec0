import { describe, it } from 'vitest';
import type { Attack } from './attack.ts';
import { useAttackedSystem } from './attacked-system.ts';
import { attacksOnConnections } from './areas/connections.ts';
import { attacksOnAccounts } from './areas/accounts.ts';
import { attacksOnCosts } from './areas/costs.ts';
import { attacksOnIdentity } from './areas/identity.ts';
import { attacksOnOrders } from './areas/orders.ts';
import { attacksOnDeployment } from './areas/deployment.ts';
import { attacksOnRequests } from './areas/requests.ts';
import { attacksOnSecrets } from './areas/secrets.ts';

/** By area. Each attack runs against the same system, one after the other, and leaves it usable for the next. */
const AREAS: Readonly<Record<string, readonly Attack[]>> = {
  connections: attacksOnConnections,
  identity: attacksOnIdentity,
  requests: attacksOnRequests,
  accounts: attacksOnAccounts,
  costs: attacksOnCosts,
  orders: attacksOnOrders,
  deployment: attacksOnDeployment,
  secrets: attacksOnSecrets,
};

const system = useAttackedSystem();

describe.each(Object.entries(AREAS))('%s', (_area, attacks) => {
  for (const { attack, gets, run } of attacks) it(`${attack} ${gets}`, () => run(system), 600_000);
});
