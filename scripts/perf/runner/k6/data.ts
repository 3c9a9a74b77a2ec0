/** The module `k6/data`. All users of a worker are in one thread here, so each worker has one copy. */
export const SharedArray = function <Item>(_name: string, make: () => Item[]): readonly Item[] {
  return Object.freeze(make());
} as unknown as new <Item>(name: string, make: () => Item[]) => readonly Item[];
