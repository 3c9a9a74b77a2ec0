import { describe, expect, it } from 'vitest';
import { rulesFor } from '../testing/operations.ts';
import { InvalidDocument } from './invalid-document.ts';
import { createOperationStore } from './operation-store.ts';

const rules = rulesFor(
  'type Query { a: Int name: String } type Mutation { b: Int } type Subscription { c: Int }',
  { maxTokens: 50 },
);
const MIB = 1_048_576;
const free = () => undefined;

describe('the store', () => {
  it('works out a document once', () => {
    const store = createOperationStore(rules, MIB);
    expect(store.find('{ a }', null, free)).toBe(store.find('{ a }', null, free));
  });

  it('keeps operations of one document apart, and documents of one operation name', () => {
    const store = createOperationStore(rules, MIB);
    const source = 'query A { a } mutation B { b }';
    const [a, b] = [store.find(source, 'A', free), store.find(source, 'B', free)];
    expect([a.kind, b.kind]).toEqual(['query', 'mutation']);
    expect(a.hash).not.toBe(b.hash);
    expect(store.find('query A { name }', 'A', free).hash).not.toBe(a.hash);
  });

  it.each([
    ['\n#', '{ a }'],
    ['', '#\n{ a }'],
    ['A\0', '{ a }'],
    ['0:', '{ a }'],
  ])('finds no document of another request by the name %j', (name, source) => {
    const store = createOperationStore(rules, MIB);
    for (const known of ['{ a }', '#\n{ a }', '\n#\n{ a }', 'query A { a }']) store.find(known, null, free);
    expect(() => store.find(source, name, free)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }) as Error,
    );
  });

  it('forgets when it would take too much memory', () => {
    const store = createOperationStore(rules, 100_000);
    const first = store.find('{ a }', null, free);
    for (let n = 0; n < 100; n++) store.find(`{ alias${n}: a }`, null, free);
    expect(store.find('{ a }', null, free)).not.toBe(first);
  });

  it('does not let one large document push the others out', () => {
    const store = createOperationStore(rules, 100_000);
    const first = store.find('{ a }', null, free);
    for (let n = 0; n < 40; n++) store.find(`{ a } # ${n} ${'x'.repeat(2_000)}`, null, free);
    expect(store.find('{ a }', null, free)).toBe(first);
  });

  it('counts what fragments grow into, which is planned', () => {
    const nested = rulesFor('type Query { a: Int q: Query }');
    const names = Array.from({ length: 30 }, (_, n) => `q${n}: q { ...F }`).join(' ');
    const source = `{ ${names} } fragment F on Query { a b: a c: a d: a }`;
    const find = (maxBytes: number) => {
      const store = createOperationStore(nested, maxBytes);
      return [store.find(source, null, free), store.find(source, null, free)] as const;
    };
    const [large, small] = [find(4 * MIB), find(MIB)];
    expect(large[0]).toBe(large[1]);
    expect(small[0]).not.toBe(small[1]);
  });

  it('charges before it works out a document that is new, and only then', () => {
    const store = createOperationStore(rules, MIB);
    const charged: number[] = [];
    const charge = (units: number) => void charged.push(units);
    for (let n = 0; n < 3; n++) store.find('{ a }', null, charge);
    expect(charged).toEqual([1]);
    expect(() => store.find('{ nothing }', null, charge)).toThrow(InvalidDocument);
    expect(charged).toEqual([1, 1]);
  });

  it('charges more before it validates a long one, and before it keeps a large one for the planner', () => {
    const fields = Array.from({ length: 100 }, (_, n) => `f${n}`);
    const wide = rulesFor(`type Query { ${fields.map((name) => `${name}: Int`).join(' ')} }`, {
      maxTokens: 1_000,
    });
    const store = createOperationStore(wide, MIB);
    const charged: number[] = [];
    const refuseFrom = (count: number) => (units: number) => {
      charged.push(units);
      if (charged.length === count) throw new Error('refused');
    };
    const long = `{ ${fields.join(' ')} ${'f1 '.repeat(600)} }`;
    expect(() => store.find(long, null, refuseFrom(2))).toThrow('refused');
    expect(charged.splice(0)).toEqual([1, 2]);
    expect(() => store.find(long, null, refuseFrom(3))).toThrow('refused');
    expect(charged.splice(0)).toEqual([1, 2, 4]);
    expect(store.find(long, null, free).fields).toBe(100);
  });

  it('keeps nothing of a document that is refused', () => {
    const store = createOperationStore(rules, MIB);
    for (let n = 0; n < 2; n++) expect(() => store.find('{ nothing }', null, free)).toThrow(InvalidDocument);
  });
});

describe('a document', () => {
  const find =
    (source: string, name: string | null = null) =>
    () =>
      createOperationStore(rules, MIB).find(source, name, free);

  it.each([
    ['of two operations and no name', 'query A { a } query B { a }', null, 'BAD_REQUEST'],
    ['without the operation of that name', 'query A { a }', 'B', 'BAD_REQUEST'],
    ['of a nameless operation when a name is given', '{ a }', 'B', 'BAD_REQUEST'],
    ['that is a subscription', 'subscription { c }', null, 'BAD_REQUEST'],
    ['of too many tokens', `{ ${'a '.repeat(60)} }`, null, 'OPERATION_TOO_COMPLEX'],
  ])('%s is refused', (_what, source, name, code) => {
    expect(find(source, name)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('says where it is wrong', () => {
    expect(find('{\n  nothing }')).toThrow(
      expect.objectContaining({
        errors: [expect.objectContaining({ locations: [{ line: 2, column: 3 }] })],
      }) as Error,
    );
  });

  it('does not suggest names, where that is off', () => {
    const silent = createOperationStore({ ...rules, suggestions: false }, MIB);
    expect(() => silent.find('{ nam }', null, free)).toThrow(
      expect.objectContaining({
        errors: [expect.objectContaining({ message: 'Cannot query field "nam" on type "Query".' })],
      }) as Error,
    );
  });

  it('may not introspect where that is off', () => {
    const closed = createOperationStore({ ...rules, introspection: false }, MIB);
    expect(() => closed.find('{ __schema { queryType { name } } }', null, free)).toThrow(InvalidDocument);
    expect(() => closed.find('{ __typename }', null, free)).not.toThrow();
  });
});
