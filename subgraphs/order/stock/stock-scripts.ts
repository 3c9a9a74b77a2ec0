import type { Redis } from '../../../platform/redis/client.ts';
import { loadScript } from '../../../platform/redis/script.ts';

export type StockScripts = ReturnType<typeof loadStockScripts>;

/** @throws {ConfigurationError} when a script or one of its includes cannot be read */
export function loadStockScripts(redis: Redis) {
  const script = (name: string) => loadScript(redis, new URL(`./lua/${name}.lua`, import.meta.url));
  return {
    reserve: script('reserve-8'),
    readReservation: script('readReservation-5'),
    writeReservation: script('writeReservation-8'),
    rememberRefusals: script('rememberRefusals-5'),
    readRefusal: script('readRefusal-3'),
    confirm: script('confirm-4'),
    release: script('release-5'),
    applyMovement: script('applyMovement-4'),
    readStock: script('readStock-2'),
    findDue: script('findDue-4'),
    readServer: script('readServer-1'),
    openGate: script('openGate-2'),
    forget: script('forget-3'),
    audit: script('audit-7'),
    dropUnreadable: script('dropUnreadable-1'),
  };
}
