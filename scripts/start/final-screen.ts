import { join, relative } from 'node:path';
import { settingOf } from '../../platform/config/environment.ts';
import { demoAccounts } from './demo.ts';
import type { Settings } from './settings.ts';

/** What stays on the screen once everything runs. */
export function finalScreen(settings: Settings, productOnSale: string | undefined): string {
  const router = `http://localhost:${settings.ports.PORT}`;
  const inDataDir = (name: string) => relative(process.cwd(), join(settings.dataDir, name));
  const mails = settingOf('SMTP_URL') ? 'sent by SMTP_URL' : inDataDir('mail');
  const { admin, buyer } = demoAccounts;
  const demo = `
  Admin        ${admin.email} / ${admin.password}
  Buyer        ${buyer.email} / ${buyer.password}
`;
  return `
  firstcome is ready.

  GraphQL      ${router}/graphql
  Playground   ${router}/
${
  productOnSale === undefined
    ? ''
    : `  A sale       ${router}/sale/${productOnSale}
`
}  Mails        ${mails}
  Logs         ${inDataDir('logs')}
${settings.isProduction ? '' : demo}${productOnSale === undefined ? '' : purchase(`${router}/graphql`, productOnSale)}
  Ctrl-C stops everything.
`;
}

function purchase(url: string, productId: string): string {
  const { email, password } = demoAccounts.buyer;
  const post = `curl -s ${url} -H 'content-type: application/json'`;
  const signIn = `mutation { signIn(input: {email: \\"${email}\\", password: \\"${password}\\"}) { ... on Session { accessToken } } }`;
  const input = `{productId: \\"${productId}\\", idempotencyKey: \\"from-the-shell-'$(date +%s)'\\"}`;
  const buy = `mutation { purchase(input: ${input}) { __typename ... on PurchaseConfirmed { order { id status } } ... on Error { message } } }`;
  return `
  A purchase, to paste into another shell:

TOKEN=$(${post} -d '{"query": "${signIn}"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')
${post} -H "authorization: Bearer $TOKEN" -d '{"query": "${buy}"}'
`;
}
