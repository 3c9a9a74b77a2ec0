import type { Redis } from '../../../platform/redis/client.ts';
import { loadScript } from '../../../platform/redis/script.ts';

export type StockScripts = ReturnType<typeof loadStockScripts>;

export function loadStockScripts(redis: Redis) {
  const fileOf = (name: string) => new URL(`./lua/${name}.lua`, import.meta.url);
  const script = (name: string) => loadScript(redis, fileOf(name));
  const refusalScript = (name: string) => loadScript(redis, fileOf(name), fileOf('latest-refusal'));
  return {
    reserve: refusalScript('reserve-8'),
    readReservation: script('readReservation-5'),
    writeReservation: refusalScript('writeReservation-8'),
    rememberRefusals: refusalScript('rememberRefusals-5'),
    readRefusal: refusalScript('readRefusal-3'),
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
