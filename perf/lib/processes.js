import http from 'k6/http';
import { pause } from './graphql.js';
import { text } from './settings.js';

/** Memory and file descriptors of the processes of the shop, from their metrics for Prometheus. */

const PRESET =
  'router=http://localhost:9464/metrics,user=http://localhost:4001/metrics,product=http://localhost:4002/metrics,order=http://localhost:4003/metrics';

/** `{ name, url }` of each process. METRICS_URLS has them as `NAME=URL,…`. */
export const processes = text('METRICS_URLS', PRESET)
  .split(',')
  .map((entry) => {
    const [, name, url] = /^\s*([\w-]+)=(https?:\/\/\S+)\s*$/.exec(entry) || [];
    if (!name) throw new Error('METRICS_URLS is not acceptable: expected NAME=URL, separated by commas.');
    return { name, url };
  });

const MIB = 1048576;

/** By Prometheus' name, in the unit that is shown. */
const FIGURES = {
  memory: ['process_resident_memory_bytes', MIB],
  descriptors: ['process_open_fds', 1],
};

/**
 * Reads one process. Returns `{ memory, descriptors }`, in MiB and as a number.
 *
 * Throws a sentence when its metrics are not there.
 */
export async function readProcess({ name, url }) {
  let page = '';
  try {
    const response = await http.asyncRequest('GET', url, null, { tags: { name: 'metrics' }, timeout: '30s' });
    if (response.status === 200) page = response.body;
  } catch {
    // The sentence below says it.
  }
  return Object.fromEntries(
    Object.entries(FIGURES).map(([figure, [metric, unit]]) => {
      const [, value] = new RegExp(`^${metric} (\\S+)$`, 'm').exec(page) || [];
      if (value === undefined)
        throw new Error(
          `There is no ${metric} of ${name} at ${url}. Start the shop with METRICS=on, or set METRICS_URLS.`,
        );
      return [figure, Number(value) / unit];
    }),
  );
}

/**
 * Reads a process every `every` seconds, for `duration` seconds.
 *
 * @param warmUp readings of the first so many seconds are left out: caches and heaps still fill
 * @returns by figure, its last value and its growth: the slope of the line that fits the readings best, times the time over which they were made
 */
export async function watchProcess(process, { duration, warmUp, every }) {
  const began = Date.now();
  const readings = [];
  for (let due = warmUp; due <= duration; due += every) {
    await pause(began + due * 1000 - Date.now());
    readings.push({ at: (Date.now() - began) / 1000, ...(await readProcess(process)) });
  }
  const over = readings[readings.length - 1].at - readings[0].at;
  return Object.fromEntries(
    Object.keys(FIGURES).map((figure) => {
      const points = readings.map(({ at, [figure]: value }) => [at, value]);
      return [figure, { last: points[points.length - 1][1], growth: slope(points) * over }];
    }),
  );
}

/** By least squares. */
function slope(points) {
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
}
