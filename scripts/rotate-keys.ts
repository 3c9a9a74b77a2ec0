/** `npm run keys:rotate -- signing|encryption`: a new key comes first, the old ones stay. */
import { randomBytes, randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProduction } from '../platform/config/environment.ts';
import { makeSigningKey, readSecret, type SecretName } from '../platform/config/secrets.ts';

const HELP = `npm run keys:rotate -- signing       a new key signs access tokens; tokens under the old ones stay good
npm run keys:rotate -- encryption    a new key encrypts personal fields; what the old ones encrypted is still read

A key is an environment variable (SIGNING_KEYS, ENCRYPTION_KEYS): the new value is printed, to be put where yours are kept. Where the
variable is not set, and not in production, the file in DATA_DIR/secrets is replaced. Restart the user and order processes
afterwards, one by one. Routers fetch a key that they do not know by themselves.
`;

const rotations: Record<string, { readonly name: SecretName; readonly rotate: (value: string) => string }> = {
  signing: {
    name: 'SIGNING_KEYS',
    rotate: (value) => {
      const { keys } = JSON.parse(value) as { keys: object[] };
      return JSON.stringify({ keys: [makeSigningKey(), ...keys] });
    },
  },
  encryption: {
    name: 'ENCRYPTION_KEYS',
    rotate: (value) => `${randomUUID().slice(0, 8)}:${randomBytes(32).toString('base64url')},${value}`,
  },
};

function main(what: string | undefined): number {
  const rotation = what && Object.hasOwn(rotations, what) ? rotations[what] : undefined;
  if (!rotation) {
    console.log(HELP);
    return what === undefined || what === '--help' ? 0 : 1;
  }
  const dataDir = process.env['DATA_DIR'] ?? '.data';
  const rotated = rotation.rotate(readSecret(rotation.name, dataDir));
  if (process.env[rotation.name] || isProduction()) {
    console.log(`${rotation.name}='${rotated}'`);
    return 0;
  }
  const file = join(dataDir, 'secrets', rotation.name);
  writeFileSync(`${file}.new`, rotated, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  console.log(`${file} has a new first key. Restart to use it.`);
  return 0;
}

process.exitCode = main(process.argv[2]);
