import { expect, it } from 'vitest';
import { NetworksBySize } from './networks-by-size.ts';

it('knows the network with the most places, whatever came and went', () => {
  const networks = new NetworksBySize();
  const sizes = new Map<string, number>();
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let n = 0; n < 5_000; n++) {
    const name = `network ${random(20)}`;
    const size = sizes.get(name) ?? 0;
    const network = networks.of(name);
    if (size > 0 && random(2) === 0) {
      networks.shrink(network);
      sizes.set(name, size - 1);
    } else {
      networks.grow(network);
      sizes.set(name, size + 1);
    }
    const most = Math.max(...sizes.values());
    expect(networks.largest()?.size ?? 0).toBe(most);
    expect(networks.largest() && sizes.get(networks.largest()!.name)).toBe(most || undefined);
  }
});

it('has none without places', () => {
  const networks = new NetworksBySize();
  const one = networks.of('one');
  expect(networks.largest()).toBeUndefined();
  networks.grow(one);
  expect(networks.largest()).toBe(one);
  networks.shrink(one);
  expect(networks.largest()).toBeUndefined();
  expect(networks.of('one')).not.toBe(one);
});
