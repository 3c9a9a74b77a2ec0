/** The module `k6/data`. All users are in one process here, so there is nothing to share. */
export const SharedArray = function <Item>(_name: string, make: () => Item[]): readonly Item[] {
  return Object.freeze(make());
} as unknown as new <Item>(name: string, make: () => Item[]) => readonly Item[];
