interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

/** By the system's code; what follows the address and the port. */
const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process, or another setting of this one, has this port',
  EADDRNOTAVAIL: 'this machine does not have the address (HOST)',
  EACCES: 'this account may not listen there',
  ENOTFOUND: 'the name (HOST) is not known',
};

/** @returns one sentence for a process that cannot listen where its settings say; null for an error of another kind */
export function listenProblem(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const {
    code = '',
    syscall,
    address,
    port,
    hostname,
  } = error as ListenError & {
    readonly hostname?: string;
  };
  const isOfListen = syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo';
  const problem = isOfListen ? LISTEN_PROBLEMS[code] : undefined;
  if (problem === undefined) return null;
  const place = address === undefined ? (hostname ?? 'the address') : `${address}:${port}`;
  return `It is not possible to listen at ${place}: ${problem} (${code}).`;
}
