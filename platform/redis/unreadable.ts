/**
 * Redis works, and cannot use what a key holds: of another type, not a number, or not what a script wrote. In the words of Redis
 * 6 to 8 and Valkey: of commands, of `error_reply('UNREADABLE …')` in the scripts here, and of Lua where it met a nil.
 */
const UNREADABLE =
  /\b(?:WRONGTYPE|UNREADABLE)\b|value is not an integer|value is not a valid float|would overflow|user_script:\d+: (?:attempt to|bad argument)/;

export const isUnreadable = (error: unknown): boolean =>
  error instanceof Error && UNREADABLE.test(error.message);
