import type { KeyList, ListedKey } from './key-lists.ts';

/** Where a rotation stands, and what to do now. */
export function explain(what: string, list: KeyList, keys: readonly ListedKey[]): string {
  const [current] = keys;
  const next = keys.find(({ isNext }) => isNext);
  const old = keys.filter((key) => key !== current && key !== next).map(({ id }) => id);
  const lines = [
    `${list.name}: ${current?.id} ${list.use}` +
      (next ? `, ${next.id} is next` : '') +
      (old.length > 0 ? `; known from earlier: ${old.join(', ')}` : ''),
  ];
  if (next) {
    lines.push(
      `1. Give this value to every process of ${list.readers}, and restart them one by one.`,
      ...(what === 'signing'
        ? [
            '2. Wait a minute: every service that verifies tokens fetches the published keys again in that time.',
          ]
        : ['2. See that none runs with the value before: it could not read what comes next.']),
      `3. Then, with this value: npm run keys:rotate -- ${what} use`,
    );
  } else {
    lines.push(
      `Where this value is new: give it to every process of ${list.readers}, and restart them one by one. That ends the rotation.`,
      `To begin another: npm run keys:rotate -- ${what} add`,
    );
  }
  return `${lines.join('\n')}\n`;
}
