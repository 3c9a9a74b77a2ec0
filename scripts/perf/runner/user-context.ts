import { AsyncLocalStorage } from 'node:async_hooks';

/** Which iteration of which user the code that runs belongs to. */
export interface UserContext {
  readonly scenario: string;
  /** From 1. */
  readonly userId: number;
  /** From 0, over all users of the scenario. */
  readonly iteration: number;
}

const storage = new AsyncLocalStorage<UserContext>();

export const runAs = <Result>(context: UserContext, work: () => Promise<Result>): Promise<Result> =>
  storage.run(context, work);

/** Undefined in `setup`, `teardown` and while the script is loaded. */
export const currentContext = (): UserContext | undefined => storage.getStore();
