import { readCommandLine, readWholeNumber, runScript } from '../command-line.ts';
import { compareTransport } from './ways/transport.ts';
import { compareVerification } from './ways/verification.ts';

/** `npm run perf:ways`: what two ways of doing the same cost, which were considered for the hot path. */
const HELP = `npm run perf:ways -- [--rounds N]

Measures in turn, in N rounds (9), and prints the medians in microseconds of CPU time:
an RS256 check on the event loop, and in batches on a worker thread;
a request and its response over loopback TCP, and over a Unix socket.
`;

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, { options: { rounds: { type: 'string', default: '9' } } });
  const rounds = readWholeNumber('--rounds', values.rounds, 1);
  print('RS256 check', await compareVerification(rounds));
  for (const atOnce of [1, 32])
    print(`request and response, ${atOnce} at once`, await compareTransport(rounds, atOnce));
}

function print(what: string, figures: Readonly<Record<string, number>>): void {
  for (const [name, microseconds] of Object.entries(figures))
    console.log(`${what}, ${name}: ${microseconds.toFixed(1)} µs`);
}

runScript(main);
