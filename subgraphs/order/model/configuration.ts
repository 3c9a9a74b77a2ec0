import { emptyBudget, initialState, RECORD, ROW, type Budget, type State } from './state.ts';

/** What is searched: how much is to be sold to whom, and what may happen how often. */
export interface Configuration {
  readonly name: string;
  readonly total: number;
  /** The most units one user may hold; 0: no limit. */
  readonly limit: number;
  /** Both keys are of one user. */
  readonly sameUser: boolean;
  /** Of each key, in all. */
  readonly attempts: readonly [number, number];
  /** The second key has bought a unit before. */
  readonly isBought: boolean;
  /** Redis admits what comes, whatever its numbers say. */
  readonly admitsAll: boolean;
  /** Whether deadlines pass, and refusals are forgotten afterwards. */
  readonly deadlines: boolean;
  /** Whether Redis and MySQL may become older than they were. */
  readonly budget: Partial<Budget>;
}

export const configuration = (
  name: string,
  given: Partial<Omit<Configuration, 'name'>> & { readonly budget: Partial<Budget> },
): Configuration => ({
  name,
  total: 1,
  limit: 0,
  sameUser: false,
  attempts: [1, 1],
  isBought: false,
  admitsAll: false,
  deadlines: false,
  ...given,
});

const budgetOf = ({ budget }: Configuration): Budget => ({ ...emptyBudget(), ...budget });

export const userOf = ({ sameUser }: Configuration, key: number): number => (sameUser ? 0 : key);

/** Where a search begins. */
export function firstState(configuration: Configuration): State {
  const state = initialState(configuration.total, budgetOf(configuration));
  if (!configuration.isBought) return state;
  const key = 1;
  const user = userOf(configuration, key);
  const held = configuration.limit > 0 ? 1 : 0;
  const { mysql, redis, clients } = state;
  mysql.sold = 1;
  mysql.orders[key] = { row: ROW.order, epoch: 1, attempt: 1 };
  mysql.held[user] = held;
  Object.assign(clients[key]!, { begun: 1, wasConfirmed: 1 });
  const numbers = redis[0]!.epochs[1]!;
  numbers.sold = 1;
  numbers.records[key] = RECORD.settled;
  numbers.held[user] = held;
  return state;
}
