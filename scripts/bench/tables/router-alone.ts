import { toCell, type Cell } from '../cell.ts';
import { PRODUCT_ID } from '../canned/resolvers.ts';
import type { Load } from '../generator/load.ts';
import { measure } from '../measure.ts';
import { tokensForCell, type BenchRun } from '../run.ts';
import { sentenceOf } from '../sentence-of.ts';
import { ANSWERS, graphqlForm } from '../systems/operations.ts';
import { answersOf, differencesBetween, WORKLOADS, type RouterSystem } from '../systems/router-system.ts';
import { installPeers } from '../systems/peers.ts';
import { openSurroundings } from '../systems/router-surroundings.ts';
import { routersUnderTest } from '../systems/start-routers.ts';
import type { Table } from './table.ts';

const TABLE = 'router';
const CONNECTIONS = 64;
/** Enough of them that no limit of a user is reached, and few enough that each is sent again within a second or two. */
const SEEN_TOKENS = 1_000;

export const ROW_NAMES = {
  purchase: 'purchase',
  purchaseWithProduct: 'purchase + product',
  stock: 'product + stock',
} as const;

/** Whether a token is new in each request, as when a sale opens, or has been sent before. */
const TOKENS = ['new', 'seen'] as const;

export const columnOf = (router: string, tokens: (typeof TOKENS)[number]): string =>
  `${router}, ${tokens === 'new' ? 'every token new' : 'tokens seen before'}`;

export const routerAlone: Table = {
  name: TABLE,
  cells: (run) => cellsOf(run, routersUnderTest(run.folders).length),
  async run(run, teardown) {
    installPeers((what) => run.progress.say(what));
    const notes: string[] = [];
    const all = routersUnderTest(run.folders);
    const around = await openSurroundings(run.tokens, teardown);
    const routers: RouterSystem[] = [];
    for (const { name, start } of all) {
      run.progress.say(`starting ${name}`);
      try {
        routers.push(await start(around, teardown));
      } catch (error) {
        // A peer may not run on this version of Node; without a router of ours there is no table.
        if (run.folders.some(([ours]) => ours === name)) throw error;
        run.progress.sayFailure(error);
        notes.push(`${name} is left out: ${sentenceOf(error)}`);
      }
    }
    const tested = await compareAnswers(routers, run.tokens.last(1)[0]!, notes);
    const cells =
      tested.reduce((sum, { workloads }) => sum + workloads.length, 0) * TOKENS.length * run.rounds;
    run.progress.skip(cellsOf(run, all.length) - cells);
    return { cells: await runRouters(run, tested), notes };
  },
};

const cellsOf = (run: BenchRun, routers: number): number =>
  run.rounds * WORKLOADS.length * TOKENS.length * routers;

/** A router, with what it answers as this one does. */
interface TestedRouter extends RouterSystem {
  readonly workloads: readonly RouterWorkload[];
}

type RouterWorkload = (typeof WORKLOADS)[number];

/** The first one is ours. */
async function compareAnswers(
  routers: readonly RouterSystem[],
  token: string,
  notes: string[],
): Promise<readonly TestedRouter[]> {
  const answers = await Promise.all(routers.map((router) => answersOf(router, token)));
  return routers.map((router, i) => {
    const differences = differencesBetween(answers[i]!, answers[0]!);
    for (const [workload, difference] of differences)
      notes.push(`${router.name} is not measured with ${ROW_NAMES[workload]}: its answer was ${difference}`);
    return Object.assign(router, { workloads: WORKLOADS.filter((workload) => !differences.has(workload)) });
  });
}

/** Each operation, with new and with seen tokens, for each router in turn. */
async function runRouters(run: BenchRun, routers: readonly TestedRouter[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const router of routers) await warmUp(run, router);
  for (let round = 1; round <= run.rounds; round++)
    for (const workload of WORKLOADS)
      for (const kind of TOKENS)
        for (let i = 0; i < routers.length; i++) {
          const router = routers[(i + round) % routers.length]!;
          if (!router.workloads.includes(workload)) continue;
          const row = ROW_NAMES[workload];
          const column = columnOf(router.name, kind);
          run.progress.step(`router alone: ${row}, ${column}, round ${round} of ${run.rounds}`);
          const load = loadOf(run, router, workload, kind);
          const measurement = await measure(run.generator, load, () => router.groups());
          if (kind === 'new') run.tokens.use(router.name, measurement.result.sent);
          const name = { table: TABLE, row, column, round, connections: CONNECTIONS };
          cells.push(toCell(name, measurement, Object.keys(load.answers)[0]!));
        }
  return cells;
}

async function warmUp(run: BenchRun, router: TestedRouter): Promise<void> {
  run.progress.say(`warming up ${router.name}`);
  for (const workload of router.workloads) {
    const load = loadOf(run, router, workload, 'seen');
    await run.generator.run({ ...load, stop: { afterSeconds: run.warmUpSeconds / WORKLOADS.length } });
  }
}

function loadOf(
  run: BenchRun,
  router: RouterSystem,
  workload: RouterWorkload,
  kind: (typeof TOKENS)[number],
): Load {
  return {
    ...graphqlForm(router.url, workload, PRODUCT_ID),
    tokens: kind === 'seen' ? run.tokens.last(SEEN_TOKENS) : run.tokens.next(router.name, tokensForCell(run)),
    connections: CONNECTIONS,
    stop: { afterSeconds: run.seconds },
    answers: workload === 'stock' ? ANSWERS.stock : { accepted: ANSWERS.purchase.accepted },
  };
}
