import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Teardown } from '../../scripts/start/teardown.ts';
import { ChaosSystem } from './chaos-system.ts';
import { runExperiment, type PlannedFault, type Result, type Round } from './experiment.ts';
import { FAULTS } from './faults/catalogue.ts';
import { History } from './history.ts';
import { keepEvidence } from './keep-evidence.ts';
import { sentencesOf } from './report.ts';

const PURCHASES_PER_SECOND = 40;
/** Results of a purchase that are allowed while Redis is lost, besides the refusals of the sale itself. */
const ANSWERS_WITHOUT_REDIS = /^(PurchaseConfirmed|PurchaseAbandoned|SoldOut|Busy|OutcomeUnknown)$/;
const OF_THE_SALE = /^(PurchaseLimitExceeded|SaleNotOpen|SaleClosed|WishlistEmpty)$/;

const ending = new Teardown();
let system: ChaosSystem;
beforeAll(async () => {
  system = await ChaosSystem.start(ending);
}, 240_000);
afterAll(() => ending.run(), 120_000);

/** Two faults at once. */
const round = (seed: number, ...names: readonly string[]): Round => ({
  name: names.join(' + '),
  seed,
  faults: names.map((name, i): PlannedFault => {
    const fault = FAULTS.find((known) => known.name === name)!;
    return { fault, afterMs: i * 1_000, lastsMs: (fault.lastsS ?? 4) * 1_000 };
  }),
});

async function run(planned: Round): Promise<{ history: History; result: Result }> {
  const history = new History();
  const result = await runExperiment(system, planned, {
    purchasesPerSecond: PURCHASES_PER_SECOND,
    history,
    log: () => undefined,
  });
  const sentences = sentencesOf(result);
  if (sentences.length > 0) {
    const base = join(inject('evidenceFolder'), `firstcome-chaos-${planned.seed}`);
    sentences.push(`history: ${await keepEvidence(base, planned.name, { system, history, sentences })}`);
  }
  expect(sentences).toEqual([]);
  return { history, result };
}

describe('every rule holds, and all is well again, after', () => {
  it.each([round(1, 'redis-emptied', 'commit-reply-lost'), round(2, 'redis-killed', 'product-killed')])(
    '$name, and purchases were answered with data all the time',
    async (planned) => {
      const { history, result } = await run(planned);
      // A machine that is too busy answers some of them with TIMEOUT, and clients that close the connection get no response.
      const completed = history.purchases.filter(({ answer, outcome }) =>
        result.isRecoveryJudged ? !answer.startsWith('connection') : outcome !== 'unknown',
      );
      const answers = new Set(completed.map(({ answer }) => answer));
      for (const answer of answers)
        if (!OF_THE_SALE.test(answer)) expect(answer).toMatch(ANSWERS_WITHOUT_REDIS);
      expect(answers).toContain('SoldOut');
    },
    300_000,
  );
});
