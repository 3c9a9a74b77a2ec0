import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startForTest, type SubgraphUnderTest } from '../../user/testing/subgraph-under-test.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { ENCRYPTION_KEYS, IDENTITY_SECRETS } from '../../../tests/harness/subgraph-call.ts';
import { preparePayment } from './prepare-payment.ts';
import { createSubgraphClient } from '../../../platform/subgraph-client/client.ts';
import { ProfileReader } from './profile-reader.ts';

const stores = useStores();
const environment: NodeJS.ProcessEnv = {};
let user: SubgraphUnderTest;

beforeAll(async () => {
  user = await startForTest(stores, { ...IDENTITY_SECRETS, ENCRYPTION_KEYS });
  environment['USER_URL'] = `${user.url}/graphql`;
});
afterAll(() => user.stop());

const bed = useOrderTestBed(stores, { environment });

async function demoBuyer(): Promise<Buyer> {
  const reply = await user.request(
    'mutation { signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) { ... on Session { user { id } } } }',
  );
  const { id } = reply.data!['signIn']!['user'] as { id: string };
  return new Buyer(bed, id);
}

describe('without an address in the input', () => {
  it('the order goes to the one on the profile of its buyer', async () => {
    const owner = await demoBuyer();
    const id = await owner.ordered(await bed.sell());
    expect(await owner.prepare(id)).toMatchObject({
      __typename: 'PaymentPrepared',
      order: { shippingAddress: { postalCode: '00000', line1: 'Not given', line2: null } },
    });
  });

  it('one has to be given by a buyer who has none', async () => {
    const stranger = new Buyer(bed);
    const id = await stranger.ordered(await bed.sell());
    expect(await stranger.prepare(id)).toMatchObject({ __typename: 'ShippingAddressRequired' });
    expect(await stranger.order(id)).toMatchObject({ status: 'PENDING_PAYMENT', shippingAddress: null });
  });
});

describe('while the user subgraph cannot be reached', () => {
  it('the profile is unavailable at once; an address in the input is all that is needed', async () => {
    const { services, as } = await bed.services();
    const client = createSubgraphClient({
      urls: ['http://127.0.0.1:9/graphql'],
      subgraph: 'user',
      identitySecret: IDENTITY_SECRETS.USER_IDENTITY_SECRET,
    });
    onTestFinished(() => client.close());
    services.profiles = new ProfileReader(client);
    const someone = new Buyer(bed);
    const id = await someone.ordered(await bed.sell());
    const begun = performance.now();
    for (let i = 0; i < 20; i++) {
      await expect(preparePayment({ orderId: id }, as(someone.userId))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
    }
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(
      await preparePayment(
        { orderId: id, shippingAddress: { postalCode: '1', line1: 'Here' } },
        as(someone.userId),
      ),
    ).toMatchObject({ __typename: 'PaymentPrepared' });
  });
});
