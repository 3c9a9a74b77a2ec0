import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../stores/free-port.ts';
import { requireFreePorts } from './ports.ts';

describe('the ports', () => {
  let other: Server | undefined;
  afterEach(() => other?.close());

  async function free() {
    const [PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    return { PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT };
  }

  it('may be used when no process listens there', async () => {
    await expect(requireFreePorts(await free())).resolves.toBeUndefined();
  });

  it('are refused, naming the variable, when a process does', async () => {
    const server = createServer();
    other = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const taken = (server.address() as AddressInfo).port;
    const ports = { ...(await free()), ORDER_PORT: taken };
    await expect(requireFreePorts(ports)).rejects.toThrow(
      `Port ${taken} is in use: stop what listens there, or set ORDER_PORT`,
    );
  });

  it('are all named in one refusal, also those of metrics and webhooks', async () => {
    const servers = [createServer(), createServer()];
    for (const server of servers)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [one, other] = servers.map((server) => (server.address() as AddressInfo).port);
    const refused = requireFreePorts({ ...(await free()), PORT: one!, METRICS_PORT: other! });
    await expect(refused).rejects.toThrow(
      `Port ${one} is in use: stop what listens there, or set PORT to another port.\n` +
        `Port ${other} is in use: stop what listens there, or set METRICS_PORT to another port.`,
    );
    for (const server of servers) server.close();
  });

  it('are refused when two are the same', async () => {
    const ports = await free();
    await expect(requireFreePorts({ ...ports, USER_PORT: ports.PORT })).rejects.toThrow(
      /PORT and USER_PORT are both/,
    );
  });
});
