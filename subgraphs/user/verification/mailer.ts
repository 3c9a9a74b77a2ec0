import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { Fault } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Resolves when the mail was accepted for delivery. @throws {Fault} UNAVAILABLE otherwise */
  send(mail: Mail): Promise<void>;
  close(): void;
}

interface SmtpOptions {
  readonly url: string;
  readonly from: string;
  readonly logger: Logger;
}

/** Mails in memory that wait for the SMTP server; more are rejected (load shedding). */
const MAX_IN_FLIGHT = 1_000;
/** Files of mails; of more, the oldest are deleted. */
const MOST_FILES = 2_000;

const TIMEOUTS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

/** Mail through an SMTP server (`smtp://user:password@host:port`, `smtps://` for TLS from the start). */
export function createSmtpMailer({ url, from, logger }: SmtpOptions): Mailer {
  const transport = createTransport({ url, pool: true, ...TIMEOUTS }, { from });
  let inFlight = 0;
  return {
    send: async (mail) => {
      if (inFlight >= MAX_IN_FLIGHT) throw new Fault('UNAVAILABLE');
      inFlight += 1;
      try {
        await transport.sendMail(envelope(mail));
      } catch (error) {
        // Its message and its properties quote the address, so they are not logged.
        const { code, responseCode } = error as { code?: string; responseCode?: number };
        logger.error({ code, responseCode }, 'mail was not sent');
        throw new Fault('UNAVAILABLE');
      } finally {
        inFlight -= 1;
      }
    },
    close: () => transport.close(),
  };
}

/** Mail for machines without an SMTP server: a file each, `<time>-<random>.eml`, so that names sort by time. */
export function createFileMailer({
  folder,
  from,
  mostFiles = MOST_FILES,
}: {
  readonly folder: string;
  readonly from: string;
  readonly mostFiles?: number;
}): Mailer {
  const pruneEvery = Math.ceil(mostFiles / 10);
  let sent = 0;
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' }, { from });
  return {
    send: async (mail) => {
      const { message } = await composer.sendMail(envelope(mail));
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, `.${name}.draft`);
      await writeFile(draft, message as Buffer, { mode: 0o600 });
      // Renamed when complete, so that a reader of the folder never gets half a mail.
      await rename(draft, join(folder, `${name}.eml`));
      if (sent++ % pruneEvery === 0) await deleteOldest(folder, mostFiles);
    },
    close: () => composer.close(),
  };
}

/** Several processes may do this at once. */
async function deleteOldest(folder: string, mostFiles: number): Promise<void> {
  const mails = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort();
  const oldest = mails.slice(0, Math.max(0, mails.length - mostFiles));
  await Promise.all(oldest.map((name) => rm(join(folder, name), { force: true })));
}

/** The address is given in parts, so that nothing in it is read as a second one. */
const envelope = ({ to, subject, text }: Mail) => ({ to: { name: '', address: to }, subject, text });
