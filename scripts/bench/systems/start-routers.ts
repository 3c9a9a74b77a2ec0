import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'graphql';
import { settingOf } from '../../../platform/config/environment.ts';
import { supergraphForGateway } from '../../../router/operation/gateway-supergraph.ts';
import { END_WITH_PARENT, NODE_FLAGS } from '../../start/service-programs.ts';
import type { Teardown } from '../../start/teardown.ts';
import { findExecutable } from '../../stores/find-server.ts';
import { freePort } from '../../stores/free-port.ts';
import { descendantsOf } from '../record/process-tree.ts';
import { startChild, type ChildOptions } from './child.ts';
import { hiveRouterConfiguration } from './hive-router-configuration.ts';
import { ownSettings } from './own-settings.ts';
import { PEERS } from './peers.ts';
import type { RouterSurroundings } from './router-surroundings.ts';
import type { RouterSystem } from './router-system.ts';

const SUPERGRAPH = resolve('schema/supergraph.graphql');

type Start = (around: RouterSurroundings, teardown: Teardown) => Promise<RouterSystem>;

export interface RouterUnderTest {
  readonly name: string;
  readonly start: Start;
}

/** @param folders of checkouts of this project, by name */
export function routersUnderTest(
  folders: readonly (readonly [name: string, folder: string])[],
): RouterUnderTest[] {
  const hiveRouter = readHiveRouter();
  return [
    ...folders.map(([name, folder]) => ({ name, start: ownRouter(name, folder) })),
    { name: NO_BATCHES, start: ownRouter(NO_BATCHES, folders[0]![1], { hasBatches: false }) },
    { name: OPTIONS_OFF, start: ownRouter(OPTIONS_OFF, folders[0]![1], { settings: EVERYTHING_OFF }) },
    ...(hiveRouter ? [{ name: 'hive-router', start: hiveRouterAt(hiveRouter) }] : []),
    { name: '@apollo/gateway, stock', start: peer('@apollo/gateway, stock', 'routers/stock-gateway.js') },
    { name: 'Hive Gateway --jit', start: hiveGateway },
    { name: 'Mercurius gateway', start: peer('Mercurius gateway', 'routers/mercurius-gateway.js') },
  ];
}

/** @throws a sentence where HIVE_ROUTER names what is no program */
function readHiveRouter(): string | undefined {
  const given = settingOf('HIVE_ROUTER');
  if (given === undefined) return undefined;
  const program = findExecutable([resolve(given)]);
  if (program === undefined) throw new Error(`HIVE_ROUTER names ${given}, which is not an executable here.`);
  return program;
}

async function launch(
  options: Omit<ChildOptions, 'readyUrl'>,
  port: number | undefined,
  readyPath: string,
  teardown: Teardown,
): Promise<RouterSystem> {
  const readyUrl = port === undefined ? {} : { readyUrl: `http://127.0.0.1:${port}${readyPath}` };
  const { pid, ready } = await startChild({ ...options, ...readyUrl }, teardown);
  return {
    name: options.name,
    url: `http://127.0.0.1:${port ?? ready}/graphql`,
    groups: () => ({ router: descendantsOf(pid).map((one) => one.pid) }),
  };
}

/** This checkout, before subgraphs of others. */
const NO_BATCHES = 'this, single operations';
/** This checkout, without what can be switched off. */
const OPTIONS_OFF = 'this, optional features off';
const EVERYTHING_OFF = {
  RATE_LIMITS: 'off',
  AUTOMATIC_PERSISTED_QUERIES: 'off',
  RESPONSE_CACHE_MIB: '0',
};

const ownRouter =
  (
    name: string,
    folder: string,
    { hasBatches = true, settings = {} }: { hasBatches?: boolean; settings?: NodeJS.ProcessEnv } = {},
  ): Start =>
  async (around, teardown) => {
    const subgraphs = hasBatches ? around.batchingSubgraphs : around.subgraphs;
    const port = await freePort();
    const options = {
      name,
      args: [...NODE_FLAGS, '--import', END_WITH_PARENT, 'dist/router/main.js'],
      cwd: resolve(folder),
      environment: {
        ...ownSettings(around.signingKeys),
        USER_URL: subgraphs.user,
        PRODUCT_URL: subgraphs.product,
        ORDER_URL: subgraphs.order,
        JWKS_URL: around.jwksUrl,
        REDIS_URL: around.redisUrl,
        PORT: String(port),
        ...settings,
      },
    };
    return launch(options, port, '/health/ready', teardown);
  };

const hiveRouterAt =
  (program: string): Start =>
  async (around, teardown) => {
    const port = await freePort();
    // It reads the file of this name where it is started.
    await writeFile(
      join(around.folder, 'router.config.yaml'),
      hiveRouterConfiguration({ port, supergraph: SUPERGRAPH, ...around, headers: ['authorization'] }),
    );
    const options = {
      name: 'hive-router',
      command: program,
      args: [],
      cwd: around.folder,
      environment: {},
    };
    return launch(options, port, '/readiness', teardown);
  };

const peer =
  (name: string, program: string): Start =>
  async (around, teardown) => {
    const environment = await peerEnvironment(around);
    return launch({ name, args: [program], cwd: PEERS, environment }, undefined, '', teardown);
  };

const hiveGateway: Start = async (around, teardown) => {
  const port = await freePort();
  const settings = await peerEnvironment(around);
  const options = {
    name: 'Hive Gateway --jit',
    args: [
      ...['--import', END_WITH_PARENT],
      ...['node_modules/@graphql-hive/gateway/dist/bin.js', 'supergraph', settings['SUPERGRAPH']!],
      ...['--config-path', 'routers/hive-gateway.config.js', '--jit', '--fork', '1'],
      ...['--host', '127.0.0.1', '--port', String(port)],
    ],
    cwd: PEERS,
    environment: settings,
  };
  return launch(options, port, '/readiness', teardown);
};

/** They do not enforce the rules of access in the supergraph, and one of them refuses a supergraph that has any. */
async function peerEnvironment(around: RouterSurroundings): Promise<Record<string, string>> {
  const file = join(around.folder, 'supergraph.graphql');
  let supergraph = supergraphForGateway(parse(await readFile(SUPERGRAPH, 'utf8')));
  for (const [index, name] of (['user', 'product', 'order'] as const).entries())
    supergraph = supergraph.replace(`http://127.0.0.1:${4001 + index}/graphql`, around.subgraphs[name]);
  await writeFile(file, supergraph);
  return {
    SUPERGRAPH: file,
    SUBGRAPHS: JSON.stringify(around.subgraphs),
    JWKS_URL: around.jwksUrl,
    PUBLIC_KEY: around.publicKey,
    APOLLO_TELEMETRY_DISABLED: '1',
  };
}
