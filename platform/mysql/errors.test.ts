import { describe, expect, it } from 'vitest';
import { isConnectionLost, wasNotConnected } from './errors.ts';

const failed = (syscall: string, code: string) =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall, fatal: true });

describe('a statement without a response', () => {
  it.each([
    ['connect', 'ECONNREFUSED'],
    ['connect', 'EHOSTUNREACH'],
    ['connect', 'ENETUNREACH'],
    ['getaddrinfo', 'ENOTFOUND'],
  ])('was never sent: %s %s', (syscall, code) => {
    expect(wasNotConnected(failed(syscall, code))).toBe(true);
  });

  // Linux ends an established connection with EHOSTUNREACH once the other machine answers no ARP any more.
  it.each([
    ['read', 'EHOSTUNREACH'],
    ['read', 'ENETUNREACH'],
    ['read', 'ECONNRESET'],
    ['write', 'EPIPE'],
  ])('may have been sent, and have run: %s %s', (syscall, code) => {
    expect(wasNotConnected(failed(syscall, code))).toBe(false);
    expect(isConnectionLost(failed(syscall, code))).toBe(true);
  });
});
