/** The demo shop. Times are relative to the first start, in minutes; prices in won. */
export interface DemoProduct {
  readonly name: string;
  readonly description: string;
  readonly price: number;
  readonly units: number;
  readonly sale: 'GENERAL' | { readonly opensIn: number; readonly lasts: number };
  readonly purchaseLimit?: number;
  /** All of it is bought by the demo buyer. */
  readonly soldOut?: true;
}

const DAY = 24 * 60;
const MONTH = 30 * DAY;

export const demoProducts: readonly DemoProduct[] = [
  {
    name: 'Moon jar, first firing',
    description: 'White porcelain, thrown by hand. A hundred of them, as many for each buyer as there are.',
    price: 240_000,
    units: 100,
    sale: { opensIn: -1, lasts: 12 * MONTH },
  },
  {
    name: 'Aurora concert, standing',
    description: 'The doors of this sale open one minute after the first start of the shop.',
    price: 132_000,
    units: 500,
    sale: { opensIn: 1, lasts: MONTH },
    purchaseLimit: 4,
  },
  {
    name: 'Night train to Gangneung, window seat',
    description: 'Sold out, to see what that looks like. A cancellation would bring a seat back.',
    price: 27_600,
    units: 5,
    sale: { opensIn: -1, lasts: MONTH },
    soldOut: true,
  },
  {
    name: 'Jeju tangerines, 5 kg',
    description: 'Picked this week.',
    price: 19_900,
    units: 1_000,
    sale: { opensIn: -1, lasts: 7 * DAY },
  },
  {
    name: 'Mechanical keyboard, limited run',
    description: 'Opens tomorrow at this hour.',
    price: 189_000,
    units: 300,
    sale: { opensIn: DAY, lasts: 2 * DAY },
    purchaseLimit: 1,
  },
  {
    name: 'Hangul typewriter ribbon',
    description: 'For machines that are older than you.',
    price: 8_000,
    units: 5_000,
    sale: 'GENERAL',
  },
  {
    name: 'Barley tea, 100 bags',
    description: 'Roasted, without caffeine.',
    price: 6_500,
    units: 10_000,
    sale: 'GENERAL',
  },
  {
    name: 'Linen apron',
    description: 'Washed, in natural grey.',
    price: 38_000,
    units: 400,
    sale: 'GENERAL',
  },
  {
    name: 'Brass spoon and chopsticks',
    description: 'A set for one.',
    price: 54_000,
    units: 250,
    sale: 'GENERAL',
  },
  { name: 'Notebook, dotted, A5', description: 'Lies flat.', price: 9_900, units: 2_000, sale: 'GENERAL' },
  {
    name: 'Wool blanket',
    description: 'Three metres, two people, one winter.',
    price: 145_000,
    units: 120,
    sale: 'GENERAL',
    purchaseLimit: 3,
  },
  { name: 'Desk lamp', description: 'Warm light, no flicker.', price: 72_000, units: 180, sale: 'GENERAL' },
];
