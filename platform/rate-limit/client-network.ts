import ipaddr from 'ipaddr.js';

/**
 * The network that limits per client count by. An IPv4 address counts by itself, also where it is written as IPv6
 * (`::ffff:203.0.113.5`); an IPv6 client has 2^64 addresses of its own, so its /64 network counts as one.
 *
 * @param address an IP address in any spelling; any other text counts by itself
 */
export function clientNetworkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
