/** `npm run check`: every check, one after the other, and at the end one line that says how it went. */
import { spawnSync } from 'node:child_process';
import { npm } from './packages.mjs';

const CHECKS = ['types', 'lint', 'format', 'generated', 'contract', 'unused'];

const startedAt = Date.now();
const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(0);
const [command, ...args] = npm();

for (const check of CHECKS) {
  const { status } = spawnSync(command, [...args, 'run', '--silent', `check:${check}`], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check failed: ${check}, after ${seconds()} s (again: npm run check:${check})`);
    process.exit(1);
  }
}
console.log(`check passed: ${CHECKS.join(', ')}, in ${seconds()} s`);
