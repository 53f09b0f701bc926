import type { JsonObject } from './json.ts';

/** An answer with an error status, as `v1.Status` (apimachinery, pkg/api/errors). */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject;
  readonly retryAfter: number | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    extra: { details?: JsonObject; retryAfter?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = extra.details ?? {};
    this.retryAfter = extra.retryAfter;
  }

  get body(): JsonObject {
    const { code, reason, details, message } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      details,
      code,
    };
  }
}

export function notFound(resource: string, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${resource} "${name}" not found`, {
    details: { name, kind: resource },
  });
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function invalid(kind: string, name: string, message: string): StatusError {
  return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${message}`, {
    details: { name, kind },
  });
}

export function conflict(resource: string, name: string): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    { details: { name, kind: resource } },
  );
}

export function expired(): StatusError {
  return new StatusError(410, 'Expired', 'The resourceVersion for the provided watch is too old.');
}
