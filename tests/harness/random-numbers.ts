export type RandomNumbers = (below: number) => number;

/** Whole numbers from 0 to `below`, exclusive; the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): RandomNumbers {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
