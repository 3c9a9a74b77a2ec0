import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Files in PEM, as servers and clients name them. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** An X.509 authority of one test file. Node can read certificates and not issue them, and a machine may have no openssl. */
export class CertificateAuthority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'firstcome-ca-'));
  readonly #name: string;
  readonly #keys = keyPair();
  /** The file of its own certificate. */
  readonly ca: string;

  constructor(name = 'Test authority') {
    this.#name = name;
    const der = certificate(
      { subject: name, issuer: name, publicKey: this.#keys.publicKey, isAuthority: true },
      this.#keys.privateKey,
    );
    this.ca = this.#write('ca.pem', 'CERTIFICATE', der);
  }

  /** @param names of hosts, or IPv4 addresses */
  issue(subject: string, names: readonly string[] = []): CertificateFiles {
    const { publicKey, privateKey } = keyPair();
    const der = certificate({ subject, issuer: this.#name, publicKey, names }, this.#keys.privateKey);
    return {
      cert: this.#write(`${subject}.pem`, 'CERTIFICATE', der),
      key: this.#write(
        `${subject}-key.pem`,
        'PRIVATE KEY',
        privateKey.export({ type: 'pkcs8', format: 'der' }),
      ),
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(name: string, label: string, der: Buffer): string {
    const file = join(this.#folder, name);
    const lines = der.toString('base64').match(/.{1,64}/g)!;
    writeFileSync(file, `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`);
    return file;
  }
}

/** Call at the top of a test file. */
export function useCertificateAuthority(name?: string): CertificateAuthority {
  const authority = new CertificateAuthority(name);
  afterAll(() => authority.remove());
  return authority;
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const DAY_MS = 86_400_000;

interface Fields {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly names?: readonly string[];
  readonly isAuthority?: boolean;
}

/** RFC 5280, in DER: version 3, ECDSA with SHA-256, valid from yesterday to tomorrow. */
function certificate(
  { subject, issuer, publicKey, names = [], isAuthority = false }: Fields,
  issuerKey: KeyObject,
): Buffer {
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const extensions = [
    sequence(
      oid('551d13'),
      der(0x01, Buffer.from([0xff])),
      octets(sequence(...(isAuthority ? [der(0x01, Buffer.from([0xff]))] : []))),
    ),
    ...(names.length > 0 ? [sequence(oid('551d11'), octets(sequence(...names.map(alternativeName))))] : []),
  ];
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    commonName(issuer),
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, issuerKey)]);
  return sequence(body, algorithm, der(0x03, signature));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const octets = (content: Buffer): Buffer => der(0x04, content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
const time = (ms: number): Buffer =>
  der(
    0x17,
    Buffer.from(
      new Date(ms)
        .toISOString()
        .slice(2)
        .replace(/[-:T]|\.\d+/g, ''),
    ),
  );
const alternativeName = (name: string): Buffer =>
  isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name));
