import { Fault } from '../../platform/errors.ts';
import type { Caller } from '../../platform/identity/identity.ts';
import type { RequiredAccess } from '../operation/required-access.ts';

/** @throws {Fault} UNAUTHENTICATED when nobody is signed in and somebody must be; FORBIDDEN when a scope is missing */
export function authorize(access: RequiredAccess, caller: Caller | null): void {
  if (!access.authenticated) return;
  if (!caller) throw new Fault('UNAUTHENTICATED');
  const allowed = access.scopes.every((choice) =>
    choice.some((all) => all.every((scope) => caller.scopes.has(scope))),
  );
  if (!allowed) throw new Fault('FORBIDDEN');
}
