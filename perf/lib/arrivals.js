import { count } from './settings.js';

/**
 * A scenario in the open model: iterations begin at a steady rate, whatever becomes of those before.
 *
 * @param rate a second; may be a fraction
 * @param duration in seconds
 * @param seconds how long one iteration may take before users run short
 */
export function arrivals({ rate, duration, seconds = 1, ...more }) {
  // The rate must be a whole number; a longer unit of time holds the fraction.
  return {
    executor: 'constant-arrival-rate',
    rate: Math.round(rate * 100),
    timeUnit: '100s',
    duration: `${duration}s`,
    preAllocatedVUs: Math.max(10, Math.ceil((rate * seconds) / 4)),
    maxVUs: Math.max(50, Math.ceil(rate * seconds * 2)),
    ...more,
  };
}

/** Times of one operation in one scenario: requests before and after a run are not counted. */
export const timesOf = (scenario, operation) => `http_req_duration{scenario:${scenario},name:${operation}}`;

/**
 * Thresholds on how soon operations are answered. P99_MS says what is soon enough (1000); a run that could not send
 * nearly everything in time has measured itself, and fails.
 *
 * @param times of `timesOf`
 * @param total iterations of the run
 */
export function inTime(times, total) {
  return {
    ...Object.fromEntries(times.map((metric) => [metric, [`p(99)<${count('P99_MS', 1000)}`]])),
    dropped_iterations: [`count<=${Math.ceil(total / 100)}`],
  };
}
