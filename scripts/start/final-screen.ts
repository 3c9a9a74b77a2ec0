import { join, relative } from 'node:path';
import { settingOf } from '../../platform/config/environment.ts';
import { demoAccounts, type OnSale } from './demo.ts';
import { firstPurchase } from './first-purchase.ts';
import type { Settings } from './settings.ts';

export interface FinalScreen {
  readonly settings: Settings;
  /** Null where there are no demo accounts. */
  readonly onSale: OnSale | null;
  /** As `storeLines` writes them. */
  readonly stores: string;
}

/** What stays on the screen once everything runs. */
export function finalScreen({ settings, onSale, stores }: FinalScreen): string {
  const host = `localhost:${settings.ports.PORT}`;
  const inDataDir = (name: string) => relative(process.cwd(), join(settings.dataDir, name));
  const { admin, buyer } = demoAccounts;
  const product = onSale?.first ?? onSale?.any;
  const lines: readonly (readonly [name: string, text: string | false | undefined])[] = [
    ['GraphQL', `http://${host}/graphql`],
    ['Playground', settings.playground && `http://${host}/`],
    ['A sale', settings.salePage && product && `http://${host}/sale/${product}`],
    ['Mails', settingOf('SMTP_URL') ? 'sent by SMTP_URL' : inDataDir('mail')],
    ['Logs', inDataDir('logs')],
    ['Admin', onSale !== null && `${admin.email} / ${admin.password}`],
    ['Buyer', onSale !== null && `${buyer.email} / ${buyer.password}`],
  ];
  return `
  firstcome is ready.

${lines.flatMap(([name, text]) => (text ? [`  ${name.padEnd(12)} ${text}\n`] : [])).join('')}${stores}${
    onSale?.first ? `\n  A purchase, to paste into another shell:\n\n${firstPurchase(host)}` : ''
  }
  Ctrl-C stops everything.
`;
}
