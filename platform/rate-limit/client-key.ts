import type { Identity } from '../identity/identity.ts';
import { clientNetworkOf } from './client-network.ts';

/**
 * The client that shares of scarce resources are counted by: a signed-in user by the user id, so that a flood of anonymous requests
 * from the same network takes nothing from that user; other requests by the client network. Where another router does not send
 * the address, all anonymous requests are one client.
 */
export function clientKeyOf({ caller, clientAddress }: Pick<Identity, 'caller' | 'clientAddress'>): string {
  return caller ? `user ${caller.userId}` : `network ${clientNetworkOf(clientAddress ?? '')}`;
}
