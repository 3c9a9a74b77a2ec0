import { compileFetch, type PlanParts } from './compile-fetch.ts';
import { entitiesAt } from './entities.ts';
import type { PlanNode, QueryPlan } from './plan.ts';
import type { Step } from './run.ts';

/** @returns null where there is nothing to read @throws where the plan has a part that this router does not execute */
export function compilePlan({ node }: QueryPlan, parts: PlanParts): Step | null {
  if (!node) return null;
  if (node.kind === 'Subscription') throw new Error('Subscriptions are not executed.');
  return compileNode(node, parts);
}

function compileNode(node: PlanNode, parts: PlanParts): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, parts);
    case 'Sequence':
      return sequence(node.nodes.map((one) => compileNode(one, parts)));
    case 'Parallel':
      return parallel(node.nodes.map((one) => compileNode(one, parts)));
    case 'Flatten':
      return flatten(node.path, compileNode(node.node, parts));
    case 'Condition':
      return condition(
        node.condition,
        node.ifClause && compileNode(node.ifClause, parts),
        node.elseClause && compileNode(node.elseClause, parts),
      );
    case 'Defer':
      throw new Error('@defer is not executed.');
  }
}

const sequence =
  (steps: readonly Step[]): Step =>
  async (run, at) => {
    for (const step of steps) await step(run, at);
  };

const parallel =
  (steps: readonly Step[]): Step =>
  async (run, at) => {
    await Promise.all(steps.map(async (step) => step(run, at)));
  };

function flatten(path: readonly (string | number)[], step: Step): Step {
  if (path.some((one) => String(one).includes('|['))) throw new Error('A path by types is not executed.');
  return (run, at) => {
    const from = at?.entities ?? (run.data ? [run.data] : []);
    const entities = entitiesAt(from, path);
    if (entities.length > 0) return step(run, { entities, path: at ? [...at.path, ...path] : path });
  };
}

const condition =
  (variable: string, yes: Step | undefined, no: Step | undefined): Step =>
  (run, at) =>
    (run.conditions[variable] === true ? yes : no)?.(run, at);
