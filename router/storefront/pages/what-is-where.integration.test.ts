import { expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { useRouter } from '../../testing/use-router.ts';

const stores = useStores();
const { router } = useRouter({ stores, settings: { PLAYGROUND: 'off' } });

it('where there is no playground, / says in a sentence what is where', async () => {
  const answer = await fetch(`${router.url}/`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const { message } = (await answer.json()) as { message: string };
  for (const [, path] of message.matchAll(/(\/(?:graphql|live|health)[\w/]*)/g))
    expect([path, (await fetch(router.url + path)).status]).not.toEqual([path, 404]);
  expect(message.match(/\/(graphql|live\/stock|health\/live|health\/ready)/g)).toHaveLength(4);
});

it('and nothing is posted there', async () => {
  expect((await fetch(`${router.url}/`, { method: 'POST', body: '{}' })).status).toBe(405);
});
