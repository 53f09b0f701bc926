import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Waiter {
  readonly pattern: RegExp;
  /** Lines before this one were seen already. */
  readonly from: number;
  readonly resolve: (match: RegExpExecArray) => void;
  readonly reject: (error: Error) => void;
}

export interface ConsoleLine {
  /** Milliseconds since the machine was started. */
  readonly at: number;
  readonly text: string;
}

/** What a machine prints on its serial port: kept as lines with their time, written to a file, and waited for. */
export class SerialConsole {
  readonly lines: ConsoleLine[] = [];
  readonly file: string;
  readonly #started = Date.now();
  readonly #fd: number;
  #partial = '';
  #ended: string | undefined;
  #waiters = new Set<Waiter>();

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.file = file;
    this.#fd = openSync(file, 'w');
  }

  write(chunk: string): void {
    const parts = (this.#partial + chunk).split(/\r*\n/);
    this.#partial = parts.pop() ?? '';
    for (const part of parts) this.#line(part);
  }

  #line(raw: string): void {
    // Firmware clears the screen and moves the cursor; a carriage return starts the line again.
    const text = stripVTControlCharacters(raw).split('\r').filter(Boolean).pop() ?? '';
    const line = { at: Date.now() - this.#started, text };
    this.lines.push(line);
    writeSync(this.#fd, `[${(line.at / 1000).toFixed(1).padStart(6)}] ${text}\n`);
    for (const waiter of this.#waiters) {
      const match = waiter.pattern.exec(text);
      if (match === null) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(match);
    }
  }

  /** The first line matching the pattern, among those already printed from line `from` on, or to come. */
  async waitFor(pattern: RegExp, timeoutMs: number, from = 0): Promise<RegExpExecArray> {
    // A global pattern would remember where it stopped.
    const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    for (const line of this.lines.slice(from)) {
      const match = stateless.exec(line.text);
      if (match !== null) return match;
    }
    if (this.#ended !== undefined) throw this.#failure(pattern, this.#ended);
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const waiter = { pattern: stateless, from, resolve, reject };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => {
      reject(this.#failure(pattern, `not seen in ${timeoutMs / 1000} s`));
    }, timeoutMs);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    });
  }

  /** Every line matching the pattern so far. */
  matching(pattern: RegExp): string[] {
    return this.lines.map((line) => line.text).filter((text) => text.search(pattern) >= 0);
  }

  /** Called once, when the machine has stopped: what was waited for will not come. */
  end(reason: string): void {
    if (this.#ended !== undefined) return;
    if (this.#partial !== '') this.#line(this.#partial);
    this.#ended = reason;
    for (const waiter of this.#waiters) waiter.reject(this.#failure(waiter.pattern, reason));
    closeSync(this.#fd);
  }

  #failure(pattern: RegExp, reason: string): Error {
    const tail = this.lines.slice(-25).map((line) => `  ${line.text}`);
    return new Error(
      `waiting for ${String(pattern)}: ${reason}; console ${this.file} ends with\n${tail.join('\n')}`,
    );
  }
}
