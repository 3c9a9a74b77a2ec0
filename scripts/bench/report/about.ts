import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { findServer } from '../../stores/find-server.ts';
import { PEERS } from '../systems/peers.ts';
import { table, type Block } from './blocks.ts';

/** What a figure depends on. */
export interface About {
  readonly date: Date;
  /** As it was typed. */
  readonly command: string;
  readonly rounds: number;
  readonly seconds: number;
  /** Processes that wanted a core in the minute before it began. */
  readonly load: number;
}

export function describeRun(
  { rounds, seconds }: Pick<About, 'rounds' | 'seconds'>,
  args: readonly string[],
): About {
  return {
    date: new Date(),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    rounds,
    seconds,
    load: loadavg()[0]!,
  };
}

export function aboutTable({ date, command, rounds, seconds, load }: About): Block {
  const cores = cpus();
  const { dependencies } = JSON.parse(readFileSync(join(PEERS, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const named = [
    '@apollo/gateway',
    '@apollo/server',
    '@graphql-hive/gateway',
    'mercurius',
    '@mercuriusjs/gateway',
    'typeorm',
  ];
  return table(
    ['run', ''],
    [
      ['date', date.toISOString().slice(0, 16).replace('T', ' ')],
      ['command', `\`${command}\``],
      ['cells', `${rounds} x ${seconds} s, medians of the rounds`],
      [
        'machine',
        `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
      ],
      ['load before the run', load.toFixed(1)],
      ['system', `Linux ${release()}`],
      ['Node', process.version],
      ['MySQL', versionOf('mysql')],
      ['Redis', versionOf('redis')],
      ['peers', named.map((name) => `${name} ${dependencies[name]}`).join(', ')],
    ],
  );
}

function versionOf(store: 'mysql' | 'redis'): string {
  const server = findServer(store);
  if (!server) return '';
  const output = execFileSync(server.path, ['--version'], { encoding: 'utf8' });
  return /(?:Ver |v=)(\S+)/.exec(output)?.[1] ?? '';
}
