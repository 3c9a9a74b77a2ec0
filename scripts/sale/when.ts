import { optionalDuration } from '../../platform/config/settings.ts';

const LOCAL_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/;
const TIME_WITH_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;

/** How a time may be written, for a help text. */
export const WHEN_FORMS =
  'now, a length of time from then (30s, 10m, 2h, 1d), or a time (2030-01-31 10:00, 2030-01-31T10:00+09:00)';

/** Whether it is a time that another time zone would make another one. */
export const isLocalTime = (text: string): boolean => LOCAL_TIME.test(text);

/**
 * A time on a command line: `now`; a length of time after `from`; a time with its offset from UTC; or one without, by the clock and
 * time zone of this machine.
 *
 * @returns null when the text is none of them
 */
export function parseWhen(text: string, from: Date): Date | null {
  if (text === 'now') return from;
  const length = optionalDuration().safeParse(text.replace(/^\+/, ''));
  if (length.success && length.data !== undefined) return new Date(from.getTime() + length.data);
  const local = LOCAL_TIME.exec(text);
  if (local) {
    const [year, month, ...rest] = local.slice(1).map((part) => Number(part ?? 0)) as [
      number,
      number,
      ...number[],
    ];
    const time = new Date(year, month - 1, ...rest);
    // The 31st of a month that has 30 days becomes the 1st of the next.
    return time.getMonth() === month - 1 && time.getDate() === rest[0] ? time : null;
  }
  if (!TIME_WITH_OFFSET.test(text)) return null;
  const time = new Date(text.replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? null : time;
}
