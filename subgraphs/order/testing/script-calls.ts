import type { Redis } from 'ioredis';
import { scriptName } from '../../../platform/redis/script.ts';

/** Watches the Lua scripts that one connection calls, at the last place before a call is sent. */
export class ScriptCalls {
  readonly #counts = new Map<string, number>();
  #paused: { readonly script: string; readonly meanwhile: () => Promise<unknown> } | null = null;

  constructor(redis: Pick<Redis, 'sendCommand'>) {
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (command, stream) => {
      const script = /^eval(sha)?$/.test(command.name) && scriptName(String(command.args[0]));
      if (!script) return send(command, stream);
      this.#counts.set(script, this.count(script) + 1);
      if (this.#paused?.script !== script) return send(command, stream);
      const { meanwhile } = this.#paused;
      this.#paused = null;
      return meanwhile().then(() => send(command, stream));
    };
  }

  /** How often a script was called, by its verb. */
  count(script: string): number {
    return this.#counts.get(script) ?? 0;
  }

  /** The next call of the script is sent when `meanwhile` has ended. */
  pauseNext(script: string, meanwhile: () => Promise<unknown>): void {
    this.#paused = { script, meanwhile };
  }
}
