import type { ProcessInfo } from '../record/process-tree.ts';
import type { ProcessGroups } from '../record/usage.ts';

/** How the command of a process of each kind is recognised. What is none of these only starts and watches others. */
const KINDS = {
  router: /\brouter\/main\.js\b/,
  order: /\bsubgraphs\/order\/main\.js\b/,
  product: /\bsubgraphs\/product\/main\.js\b/,
  user: /\bsubgraphs\/user\/main\.js\b/,
  MySQL: /^\S*(mariadbd|mysqld)\b/,
  Redis: /^\S*(redis|valkey)-server\b/,
} as const;

export function groupProcesses(processes: readonly ProcessInfo[]): ProcessGroups {
  return Object.fromEntries(
    Object.entries(KINDS)
      .map(
        ([kind, pattern]) =>
          [kind, processes.filter(({ command }) => pattern.test(command)).map(({ pid }) => pid)] as const,
      )
      .filter(([, pids]) => pids.length > 0),
  );
}
