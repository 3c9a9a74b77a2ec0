import type { FieldCipher } from '../../../platform/personal-data/field-cipher.ts';

/** The personal fields of an account. */
export interface Profile {
  readonly email: string;
  readonly name: string;
  readonly phoneNumber: string;
  readonly address: PostalAddress;
}

interface PostalAddress {
  readonly postalCode: string;
  readonly line1: string;
  readonly line2: string | null;
}

/** Each field of a profile as it is stored: a ciphertext. */
type SealedProfile = Readonly<Record<keyof Profile, string>>;

/** The fields that can be updated; null and undefined mean unchanged. */
type ProfileChanges = { readonly [Name in Changeable]?: Profile[Name] | null | undefined };

type Changeable = Exclude<keyof Profile, 'email'>;

/** Converts between a profile and the encrypted columns of an account. Each ciphertext is bound to its column and its account. */
export interface PersonalFields {
  seal(accountId: string, profile: Profile): SealedProfile;
  sealChanges(accountId: string, changes: ProfileChanges): Partial<Record<Changeable, string>>;
  /** @throws when a column was altered, or its key is not known */
  open(account: SealedProfile & { readonly id: string }): Profile;
}

export function createPersonalFields(cipher: FieldCipher): PersonalFields {
  const place = (field: string, accountId: string) => `account.${field}:${accountId}`;
  const write = (field: string, accountId: string, text: string) =>
    cipher.encrypt(text, place(field, accountId));

  return {
    seal: (id, { email, name, phoneNumber, address }) => ({
      email: write('email', id, email),
      name: write('name', id, name),
      phoneNumber: write('phoneNumber', id, phoneNumber),
      address: write('address', id, JSON.stringify(address)),
    }),
    sealChanges: (id, { name, phoneNumber, address }) => ({
      ...(name ? { name: write('name', id, name) } : {}),
      ...(phoneNumber ? { phoneNumber: write('phoneNumber', id, phoneNumber) } : {}),
      ...(address ? { address: write('address', id, JSON.stringify(address)) } : {}),
    }),
    open: (account) => {
      const read = (field: keyof Profile) => cipher.decrypt(account[field], place(field, account.id));
      return {
        email: read('email'),
        name: read('name'),
        phoneNumber: read('phoneNumber'),
        address: JSON.parse(read('address')) as PostalAddress,
      };
    },
  };
}
