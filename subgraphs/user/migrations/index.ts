import { CreateAccountsAndSessions1764000000000 } from './1764000000000-create-accounts-and-sessions.ts';
import { OneRowASession1764100000000 } from './1764100000000-one-row-a-session.ts';
import { WidenName1764200000000 } from './1764200000000-widen-name.ts';
import { RepeatableRotation1764300000000 } from './1764300000000-repeatable-rotation.ts';
import { KeyFingerprints1764400000000 } from './1764400000000-key-fingerprints.ts';

export const migrations = [
  CreateAccountsAndSessions1764000000000,
  OneRowASession1764100000000,
  WidenName1764200000000,
  RepeatableRotation1764300000000,
  KeyFingerprints1764400000000,
];
