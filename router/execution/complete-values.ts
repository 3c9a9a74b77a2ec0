import { BUBBLES, FAILED, type Completer, type Completion } from './completion.ts';
import type { IsLeafValue } from './leaf-values.ts';

export class LeafCompleter implements Completer {
  /** @param place of the field, for messages */
  constructor(
    private readonly isValue: IsLeafValue,
    private readonly place: string,
  ) {}

  complete(value: unknown, completion: Completion): unknown {
    if (value === null || this.isValue(value)) return value;
    completion.report(`Invalid value found for field ${this.place}.`);
    return FAILED;
  }

  fits(value: unknown): boolean {
    return value === null || this.isValue(value);
  }
}

export class NonNullCompleter implements Completer {
  constructor(
    private readonly inner: Completer,
    private readonly place: string,
  ) {}

  complete(value: unknown, completion: Completion): unknown {
    const completed = this.inner.complete(value, completion);
    if (completed === null) {
      completion.report(`Cannot return null for non-nullable field ${this.place}.`);
      return BUBBLES;
    }
    return completed === FAILED ? BUBBLES : completed;
  }

  fits(value: unknown): boolean {
    return value !== null && this.inner.fits(value);
  }
}

export class ListCompleter implements Completer {
  constructor(
    private readonly inner: Completer,
    private readonly place: string,
  ) {}

  complete(value: unknown, completion: Completion): unknown {
    if (value === null) return null;
    if (!Array.isArray(value)) {
      completion.hasMisfit = true;
      completion.report(`Expected a list for field ${this.place}.`);
      return FAILED;
    }
    const { inner } = this;
    const { path } = completion;
    let bubbles = false;
    const list = new Array<unknown>(value.length);
    for (let index = 0; index < value.length; index++) {
      path.push(index);
      const completed = inner.complete(value[index] ?? null, completion);
      path.pop();
      bubbles ||= completed === BUBBLES;
      list[index] = completed === FAILED ? null : completed;
    }
    return bubbles ? FAILED : list;
  }

  fits(value: unknown): boolean {
    return value === null || (Array.isArray(value) && value.every((item) => this.inner.fits(item)));
  }
}
