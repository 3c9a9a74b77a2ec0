import { currentContext, type UserContext } from '../user-context.ts';

/** The module `k6/execution`: the parts of it that name the user and the iteration. */
function here(): UserContext {
  const context = currentContext();
  if (!context) throw new Error('k6/execution has no iteration in setup, teardown and at load time.');
  return context;
}

const execution = {
  scenario: {
    get name(): string {
      return here().scenario;
    },
    get iterationInTest(): number {
      return here().iteration;
    },
  },
  vu: {
    get idInTest(): number {
      return here().userId;
    },
  },
};

export const { scenario, vu } = execution;
// k6 has it as a default export, and the scripts import it as one.
export { execution as default };
