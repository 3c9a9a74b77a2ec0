import { describe, expect, it } from 'vitest';
import { makeSecrets } from '../../platform/config/secrets.ts';
import { keyLists, type KeyList } from './key-lists.ts';
import { steps } from './steps.ts';

describe.each(Object.entries(keyLists))('rotating the %s keys', (_what, list) => {
  const first = makeSecrets()[list.name];
  const make = (step: keyof typeof steps, value: string) => {
    const { keys, wasMade } = steps[step](list.read(value), list);
    return { value: list.write(keys), wasMade };
  };
  const ids = (value: string) => list.read(value).map(({ id, isNext }) => (isNext ? `${id} next` : id));

  it('adds a key behind the one in use, then puts it in front, and keeps all', () => {
    const [old] = ids(first);
    const added = make('add', first).value;
    const fresh = list.read(added)[1]!.id;
    expect(ids(added)).toEqual([old, `${fresh} next`]);
    expect(ids(make('use', added).value)).toEqual([fresh, old]);
  });

  it('a step that was made already changes nothing', () => {
    const added = make('add', first).value;
    expect(make('add', added)).toEqual({ value: added, wasMade: true });
    const used = make('use', added).value;
    expect(make('use', used)).toEqual({ value: used, wasMade: true });
  });

  it('a second rotation brings no old key back', () => {
    const once = make('use', make('add', first).value).value;
    const twice = make('use', make('add', once).value).value;
    expect(ids(twice).slice(1)).toEqual(ids(once));
  });

  it('leaves what it does not change as it was', () => {
    expect(list.write(list.read(first))).toBe(first);
  });

  it.each(['', 'nonsense', '{"keys":[{"kty":"RSA"}]}'])('%j is refused by name', (value) => {
    expect(() => list.read(value)).toThrow(`${list.name} is not acceptable`);
  });
});

it('encryption keys may be called next', () => {
  const key = `next:${'A'.repeat(43)}`;
  const list = keyLists['encryption'] as KeyList;
  expect(list.read(key)).toEqual([{ id: 'next', isNext: false, text: key }]);
  expect(list.write(list.read(`next:${key}`))).toBe(`next:${key}`);
});
