import { clientNetworkOf } from '../../../platform/rate-limit/client-network.ts';
import type { Identity } from '../../../platform/identity/identity.ts';
import { clientKeyOf } from '../../../platform/rate-limit/client-key.ts';
import type { KeyedHash } from './keyed-hash.ts';

/** Behind a router that does not send client addresses, all clients are in one network. */
export const UNKNOWN_NETWORK = 'unknown';

/** @returns the network of a client as it is stored: a keyed hash without spaces and colons */
export function hashedNetworkOf(keyedHash: KeyedHash, clientAddress: string | undefined): string {
  if (!clientAddress) return UNKNOWN_NETWORK;
  return keyedHash.ofClientAddress(clientNetworkOf(clientAddress)).toString('base64url');
}

/** The key of fair queueing: the network even of a signed-in caller, so that many accounts of one network are one client. */
export const networkKeyOf = ({ clientAddress }: Identity): string =>
  clientKeyOf({ caller: null, ...(clientAddress ? { clientAddress } : {}) });
