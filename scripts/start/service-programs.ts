/**
 * What Node is started with for each service. Under load, requests live for longer than it takes to fill a young generation of the usual size, so that
 * each collection copies all of them; twice the size means half of the collections. V8 reads it before any code runs, so it is no setting.
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=32'] as const;

/** Every service, with its program in the folder of what is compiled. */
export const SERVICE_PROGRAMS = {
  user: 'subgraphs/user/main.js',
  product: 'subgraphs/product/main.js',
  order: 'subgraphs/order/main.js',
  router: 'router/main.js',
} as const;

export type ServiceName = keyof typeof SERVICE_PROGRAMS;
