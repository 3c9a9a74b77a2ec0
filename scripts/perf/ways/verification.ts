import { createPublicKey, createSign, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { cpuOf, medians } from './measure.ts';

interface Signed {
  readonly text: string;
  readonly signature: Buffer;
}

const TOKENS = 4_000;
/** As many as arrive in one turn of the event loop at 64 connections. */
const AT_ONCE = 32;
const TEXT_BYTES = 600;

const isValid = ({ text, signature }: Signed, key: KeyObject): boolean =>
  verify('RSA-SHA256', Buffer.from(text), key, signature);

/** RS256 checks on the event loop, and in batches on a worker thread: CPU microseconds of one check, of all threads. */
export async function compareVerification(rounds: number): Promise<Record<string, number>> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const tokens = Array.from({ length: TOKENS }, (_, i) => {
    const text = String(i).padEnd(TEXT_BYTES, 'x');
    return { text, signature: createSign('RSA-SHA256').update(text).sign(privateKey) };
  });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const worker = new Worker(new URL(import.meta.url), { workerData: { pem } });
  const ask = (batch: readonly Signed[]) =>
    new Promise<readonly boolean[]>((resolve) => {
      worker.once('message', resolve);
      worker.postMessage(batch);
    });
  const inTurn = () =>
    cpuOf(TOKENS, async () => {
      for (const token of tokens) mustBeValid(isValid(token, publicKey));
    });
  const onWorker = () =>
    cpuOf(TOKENS, async () => {
      for (let at = 0; at < TOKENS; at += AT_ONCE)
        (await ask(tokens.slice(at, at + AT_ONCE))).forEach(mustBeValid);
    });
  try {
    return await medians(rounds, { 'on the event loop': inTurn, 'on a worker, 32 at once': onWorker });
  } finally {
    await worker.terminate();
  }
}

function mustBeValid(valid: boolean): void {
  if (!valid) throw new Error('A valid signature was refused.');
}

if (!isMainThread) {
  const key = createPublicKey((workerData as { readonly pem: string }).pem);
  parentPort!.on(
    'message',
    (batch: readonly (Omit<Signed, 'signature'> & { readonly signature: Uint8Array })[]) =>
      parentPort!.postMessage(
        batch.map(({ text, signature }) => isValid({ text, signature: Buffer.from(signature) }, key)),
      ),
  );
}
