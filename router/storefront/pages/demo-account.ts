/** Public in this source: shown outside production only, where the user subgraph makes the account. */
export const DEMO_BUYER = { email: 'buyer@firstcome.example', password: 'firstcome-buyer' } as const;
export const DEMO_ADMINISTRATOR = { email: 'admin@firstcome.example', password: 'firstcome-admin' } as const;
