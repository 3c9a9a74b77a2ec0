import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { providers } from '../../platform/identity/tokens/testing/providers.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = readme.split('\n').filter((line) => line.startsWith('|'));

it.each(providers)(
  'the README names the settings for $name that its tokens were tried with',
  ({ name, settings }) => {
    const row = rows.find((line) => line.startsWith(`| ${name} `));
    expect(row).toBeDefined();
    if (settings.JWT_SCOPE_CLAIMS) expect(row).toContain(`\`${settings.JWT_SCOPE_CLAIMS}\``);
    if (settings.JWT_AUDIENCE === 'none') expect(row).toContain('`none`');
    expect(row!.includes('JWT_CLIENTS')).toBe(settings.JWT_CLIENTS !== undefined);
  },
);
