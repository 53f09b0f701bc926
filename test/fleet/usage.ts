import { readFileSync } from 'node:fs';

/** What a process took over a stretch of time. */
export interface Usage {
  readonly seconds: number;
  /** Processor seconds of all its threads. */
  readonly cpuSeconds: number;
  /** The busiest second, in processors. */
  readonly busiestSecond: number;
  readonly residentAtStart: number;
  /** The most it ever had resident, in bytes (VmHWM). */
  readonly residentPeak: number;
}

/** USER_HZ: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Watches a process by `/proc` once a second. */
export class UsageWatch {
  readonly #pid: number;
  readonly #startedAt = performance.now();
  readonly #cpuAtStart: number;
  readonly #residentAtStart: number;
  readonly #timer: NodeJS.Timeout;
  #last: { readonly at: number; readonly cpu: number };
  #busiest = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#cpuAtStart = cpuSeconds(pid);
    this.#residentAtStart = memory(pid, 'VmRSS');
    this.#last = { at: this.#startedAt, cpu: this.#cpuAtStart };
    this.#timer = setInterval(() => this.#look(), 1000);
  }

  stop(): Usage {
    clearInterval(this.#timer);
    return {
      seconds: (performance.now() - this.#startedAt) / 1000,
      cpuSeconds: cpuSeconds(this.#pid) - this.#cpuAtStart,
      busiestSecond: this.#busiest,
      residentAtStart: this.#residentAtStart,
      residentPeak: memory(this.#pid, 'VmHWM'),
    };
  }

  #look(): void {
    const now = { at: performance.now(), cpu: cpuSeconds(this.#pid) };
    const share = (now.cpu - this.#last.cpu) / ((now.at - this.#last.at) / 1000);
    this.#busiest = Math.max(this.#busiest, share);
    this.#last = now;
  }
}

function cpuSeconds(pid: number): number {
  // The command's name may hold spaces and parentheses; fields are counted from behind it.
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function memory(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
}
