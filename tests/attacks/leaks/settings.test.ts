import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../platform/config/environment.ts';
import { createFieldCipher } from '../../../platform/personal-data/field-cipher.ts';
import { readRouterConfig } from '../../../router/config.ts';
import { readManifest } from '../../../router/operation/persisted/manifest.ts';
import { readSupergraph } from '../../../router/schema/supergraph.ts';
import { readOrderConfig } from '../../../subgraphs/order/config.ts';
import { readProductConfig } from '../../../subgraphs/product/config.ts';
import { readUserConfig } from '../../../subgraphs/user/config.ts';
import { createKeyedHash } from '../../../subgraphs/user/personal-data/keyed-hash.ts';
import { parseSigningKeys } from '../../../subgraphs/user/sessions/signing-keys.ts';

const SECRET = 'hunter2secret';
/** A secret that stands in the wrong place, in the forms that settings have. */
const VALUES = [
  SECRET,
  `${SECRET}://root:${SECRET}@shop.example/${SECRET}`,
  `https://${SECRET}:${SECRET}@ shop.example`,
  `${SECRET},${SECRET}:${SECRET}`,
  `{"keys":[{"kty":"${SECRET}","d":"${SECRET}"}]}`,
  `{${SECRET}`,
];

const folder = mkdtempSync(join(tmpdir(), 'firstcome-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = [
  ...new Set(
    readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8').match(
      /^#? ?[A-Z][A-Z0-9_]+(?==)/gm,
    ),
  ),
]
  .map((name) => name.replace(/^# ?/, ''))
  // Read before all others: with an unknown one nothing else is looked at.
  .filter((name) => name !== 'NODE_ENV');

const PROCESSES = {
  router: readRouterConfig,
  user: readUserConfig,
  product: readProductConfig,
  order: readOrderConfig,
} satisfies Record<string, (environment: NodeJS.ProcessEnv) => object>;

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

it.each(Object.entries(PROCESSES))(
  'the %s names each setting that is not acceptable, and quotes the value of none',
  (_process, read) => {
    for (const value of VALUES) {
      const message = messageOf(() => read(Object.fromEntries(NAMES.map((name) => [name, value]))));
      expect(message.split('\n').length).toBeGreaterThan(10);
      for (const sentence of message.split('\n'))
        expect(sentence).toMatch(/^[A-Z_]+ is not acceptable: .+\.$/);
      expect(message).not.toContain(SECRET);
    }
  },
);

describe('a secret that is not acceptable', () => {
  it.each<[string, (value: string) => unknown]>([
    ['SIGNING_KEYS', parseSigningKeys],
    ['ENCRYPTION_KEYS', createFieldCipher],
    ['LOOKUP_KEY', createKeyedHash],
    ['SUPERGRAPH_FILE', (text) => readSupergraph(text, false)],
  ])('is not quoted: %s', (name, read) => {
    for (const value of VALUES) {
      const message = messageOf(() => read(value));
      expect(message).not.toContain(SECRET);
      if (message !== '') expect(message).toContain(name);
    }
  });

  it('is not quoted where it is the content of another file', async () => {
    const file = join(folder, 'manifest.json');
    for (const value of VALUES) {
      writeFileSync(file, value);
      await expect(readManifest(file)).rejects.toThrow(/^(?!.*hunter2secret)PERSISTED_OPERATIONS_FILE/s);
    }
  });
});

it('every setting of .env.example is looked at', () => {
  expect(NAMES.length).toBeGreaterThan(80);
});
