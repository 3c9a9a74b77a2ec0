/** Every service, with its program in the folder of what is compiled. */
export const SERVICE_PROGRAMS = {
  user: 'subgraphs/user/main.js',
  product: 'subgraphs/product/main.js',
  order: 'subgraphs/order/main.js',
  router: 'router/main.js',
} as const;

export type ServiceName = keyof typeof SERVICE_PROGRAMS;
