import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../config/configuration-error.ts';
import { readLua } from './lua-include.ts';

const folder = mkdtempSync(join(tmpdir(), 'lua-include-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): (name: string) => URL {
  const root = mkdtempSync(join(folder, 'scripts-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return (name) => pathToFileURL(join(root, name));
}

describe('a Lua script', () => {
  it('is read with its includes, each of them relative to the file that includes it', () => {
    const file = write({
      'sell-1.lua': '--[[ header ]]\n-- @include "include/gate.lua"\nreturn now\n',
      'include/gate.lua': '-- @include "clock.lua"\nlocal gate = 1\n',
      'include/clock.lua': 'local now = 2\n',
    });
    expect(readLua(file('sell-1.lua'))).toBe('--[[ header ]]\nlocal now = 2\nlocal gate = 1\nreturn now\n');
  });

  it('has a file once that several of its includes need', () => {
    const file = write({
      'sell-1.lua': '-- @include "clock.lua"\n-- @include "gate.lua"\nreturn now\n',
      'gate.lua': '-- @include "clock.lua"\nlocal gate = 1\n',
      'clock.lua': 'local now = 2\n',
    });
    expect(readLua(file('sell-1.lua')).match(/local now/g)).toHaveLength(1);
  });

  it('does not load where an include is missing, and a sentence names both files', () => {
    const file = write({ 'sell-1.lua': '-- @include "include/gate.lua"\n' });
    const read = () => readLua(file('sell-1.lua'));
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(
      /^The Lua script sell-1\.lua includes gate\.lua, which cannot be read: .*gate\.lua\.$/,
    );
  });

  it('does not load where an include includes itself, and a sentence names the way', () => {
    const file = write({
      'sell-1.lua': '-- @include "gate.lua"\n',
      'gate.lua': '-- @include "clock.lua"\n',
      'clock.lua': '-- @include "gate.lua"\n',
    });
    const read = () => readLua(file('sell-1.lua'));
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(
      'Lua includes are circular: sell-1.lua includes gate.lua includes clock.lua includes gate.lua.',
    );
  });
});
