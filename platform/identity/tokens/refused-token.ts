import { Fault } from '../../errors.ts';

/** The check that a token did not pass, for the log: no part of a token is in it. */
export type TokenCheck =
  | 'shape'
  | 'issuer'
  | 'no such key'
  | 'algorithm'
  | 'signature'
  | 'type'
  | 'audience'
  | 'client'
  | 'expired'
  | 'not yet valid'
  | 'claim'
  | 'revoked';

/** To the caller, all refusals are the same. */
export class RefusedToken extends Fault {
  readonly check: TokenCheck;

  constructor(check: TokenCheck) {
    super('UNAUTHENTICATED');
    this.check = check;
  }
}
