import { ConfigurationError } from '../../platform/config/environment.ts';

/** A file that a setting names cannot be used; where a setting names several, the log has this one. */
export class UnusableFile extends ConfigurationError {
  readonly file: string | undefined;

  constructor(setting: string, file: string | undefined, reason: string) {
    super(`${setting} cannot be used${file === undefined ? '' : `, ${file}`}: ${reason}.`);
    this.file = file;
  }
}
