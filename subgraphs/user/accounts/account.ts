import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidColumn } from '../../../platform/uuid.ts';
import type { Role } from '../__generated__/resolvers-types.ts';

/** A person's account as it is stored. `personal-fields.ts` reads and writes the encrypted columns. */
@Entity('account')
export class Account {
  @PrimaryColumn({ type: 'binary', length: 16, transformer: uuidColumn })
  id!: string;

  /** Keyed hash of the e-mail address: unique, for look-ups. */
  @Column({ name: 'email_hash', type: 'binary', length: 32 })
  emailHash!: Buffer;

  @Column({ type: 'varchar' })
  role!: Role;

  /** Argon2id, in PHC format. */
  @Column({ name: 'password_hash', type: 'varchar' })
  passwordHash!: string;

  @Column({ type: 'varchar' })
  email!: string;

  @Column({ type: 'varchar' })
  name!: string;

  @Column({ name: 'phone_number', type: 'varchar' })
  phoneNumber!: string;

  @Column({ type: 'varchar' })
  address!: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
