import pino from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { REDACTED_PATHS, maskSecrets } from './redact.ts';

export type Logger = PinoLogger;

interface LoggerOptions {
  readonly level?: string | undefined;
  /** Default: standard error. */
  readonly destination?: DestinationStream | undefined;
}

/** Lines of JSON with an ISO time, a level in words, and no secret in them. */
export function createLogger(options: LoggerOptions = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...REDACTED_PATHS], censor: '[masked]' },
      serializers: { err: pino.stdSerializers.errWithCause },
      hooks: { streamWrite: maskSecrets },
    },
    // Synchronous: the last lines before an end are the ones that matter.
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
}
