/**
 * `npm run audit:federation -- [--stock] [SUITE …]`: runs the public audit of federation gateways against the router, or, for comparison,
 * against the stock `@apollo/gateway`. `FEDERATION_AUDIT` is the folder of a copy of it with its packages installed.
 */
import { settingOf } from '../platform/config/environment.ts';
import { readCommandLine } from './command-line.ts';
import { startAudit, type Suite } from './federation-audit/audit-server.ts';
import { runSuite, type Verdict } from './federation-audit/run-suite.ts';
import { openStockGateway, openThisRouter } from './federation-audit/gateways.ts';

const HELP = `npm run audit:federation -- [--stock] [--verbose] [SUITE ...]

Runs the public audit of federation gateways against the router, all suites or those that are named.
FEDERATION_AUDIT is the folder of a copy of the audit with its packages installed; without it nothing is run.

  --stock     against the stock @apollo/gateway, for comparison
  --verbose   says of each case that fails what was expected
  --help      this text
`;

process.exitCode = await run();

/** @returns the exit code: 0 every case passes, or there is no audit; 1 one does not */
async function run(): Promise<number> {
  const { values, positionals } = readCommandLine(HELP, {
    allowPositionals: true,
    options: { stock: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false } },
  });
  const folder = settingOf('FEDERATION_AUDIT');
  if (!folder) {
    console.log(
      'Skipped: FEDERATION_AUDIT is not set. It is the folder of a copy of graphql-hive/federation-gateway-audit, after npm install.',
    );
    return 0;
  }
  const audit = await startAudit(folder);
  try {
    const open = values.stock ? openStockGateway : openThisRouter;
    const suites = await audit.suites();
    const chosen = suites.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
    const verdicts: Verdict[] = [];
    for (const suite of chosen) {
      const ofSuite = await runSuite(suite, open);
      console.log(lineOf(suite, ofSuite));
      if (values.verbose) for (const { failure } of ofSuite) if (failure) console.log(failure);
      verdicts.push(...ofSuite);
    }
    const passed = verdicts.filter(({ failure }) => failure === null).length;
    console.log(
      `${values.stock ? '@apollo/gateway' : 'This router'}: ${passed} of ${verdicts.length} cases.`,
    );
    return passed === verdicts.length ? 0 : 1;
  } finally {
    await audit.close();
  }
}

function lineOf({ id }: Suite, verdicts: readonly Verdict[]): string {
  return `${id.padEnd(40)} ${verdicts.map(({ failure }) => (failure === null ? '.' : 'X')).join('')}`;
}
