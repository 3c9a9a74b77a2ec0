import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createFileMailer, createSmtpMailer } from './mailer.ts';

const mail = { to: 'ada@example.com', subject: '123456 is your code', text: 'Your code is 123456.\n' };
const from = 'firstcome <no-reply@firstcome.example>';

test('without a server, mails are files that sort by time and that no other account of the machine can read', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'firstcome-mail-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, 'mail');
  const mailer = createFileMailer({ folder, from });
  for (let number = 0; number < 3; number++) await mailer.send({ ...mail, subject: `mail ${number}` });

  const names = (await readdir(folder)).sort();
  expect(names).toHaveLength(3);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  expect(texts.map((text) => /^Subject: (.*)$/m.exec(text)?.[1])).toEqual(['mail 0', 'mail 1', 'mail 2']);
  expect(texts[0]).toContain('\nTo: ada@example.com\n');
  expect(texts[0]).toContain('Your code is 123456.');
  expect(names.join()).not.toMatch(/ada@|example/);
  expect((await stat(join(folder, names[0]!))).mode & 0o077).toBe(0);
});

test('of too many files the oldest are deleted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firstcome-mail-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const mailer = createFileMailer({ folder, from, mostFiles: 10 });
  for (let number = 0; number < 25; number++) await mailer.send({ ...mail, subject: `mail ${number}` });
  const names = (await readdir(folder)).sort();
  expect(names).toHaveLength(10);
  expect(await readFile(join(folder, names.at(-1)!), 'utf8')).toContain('Subject: mail 24');
});

test('through SMTP, a mail is handed over', async () => {
  const server = await startSmtp({ recipients: '250 ok' });
  await createMailer(server.port).send(mail);
  expect(server.received()).toContain('RCPT TO:<ada@example.com>');
  expect(server.received()).toContain('Subject: 123456 is your code');
});

test('a mail that the server refuses is a fault, and its address is neither returned nor logged', async () => {
  const server = await startSmtp({ recipients: '550 no ada@example.com here' });
  const failure = createMailer(server.port).send(mail);
  await expect(failure).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(failure).rejects.not.toThrow('ada');
  expect(logged.join()).toContain('mail was not sent');
  expect(logged.join()).not.toContain('ada@');
});

const logged: string[] = [];

function createMailer(port: number) {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from, logger });
  onTestFinished(() => mailer.close());
  return mailer;
}

/** As much of an SMTP server (RFC 5321) as one mail needs. */
async function startSmtp({ recipients }: { recipients: string }) {
  let received = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write('220 test\r\n');
    let inMail = false;
    socket.on('data', (chunk) => {
      received += chunk.toString();
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        if (inMail) {
          if (line !== '.') continue;
          inMail = false;
        }
        if (line === 'DATA') inMail = true;
        const reply = line === 'DATA' ? '354 go on' : line.startsWith('RCPT') ? recipients : '250 ok';
        socket.write(`${reply}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, received: () => received };
}
