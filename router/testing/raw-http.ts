import { connect } from 'node:net';

/** HTTP as bytes on a socket, for requests that no client would send. */

export interface RawReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  /** The content type of JSON, unless it is given; empty: not sent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export function requestBytes({ method = 'POST', path = '/graphql', headers = {}, body }: RawRequest): Buffer {
  const content = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  const sent: Record<string, string> = {
    host: 'shop.example',
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(content.length),
    ...headers,
  };
  const lines = Object.entries(sent).flatMap(([name, value]) => (value === '' ? [] : `${name}: ${value}`));
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    content,
  ]);
}

/**
 * Sends bytes as they are, and listens until the server closes the connection.
 *
 * @param onSent called when they are on their way
 * @returns each answer
 */
export async function sendBytes(
  url: string,
  bytes: Buffer,
  onSent: () => void = () => undefined,
): Promise<RawReply[]> {
  const { hostname, port } = new URL(url);
  const said = await new Promise<Buffer>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes, () => onSent()));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    // An answer may come before everything was sent; what happens afterwards is nothing to a client that has it.
    socket.on('error', (error) => (chunks.length > 0 ? undefined : reject(error)));
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
  return [...replies(said)];
}

function* replies(said: Buffer): Generator<RawReply> {
  let rest = said;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const [first = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const [name = '', ...value] = line.split(':');
        return [name.toLowerCase(), value.join(':').trim()];
      }),
    );
    const bodyEnd = end + 4 + Number(headers.get('content-length') ?? 0);
    yield { status: Number(first.split(' ')[1]), headers, body: rest.subarray(end + 4, bodyEnd).toString() };
    rest = rest.subarray(bodyEnd);
  }
}
