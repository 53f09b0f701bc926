/** Why a Kubernetes API did not do what it was asked, apart by what a person would do about it. */
export type FailureKind =
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'name-unknown'
  | 'foreign-certificate'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-name'
  | 'tls'
  | 'interrupted'
  | 'malformed'
  | 'status';

/** The part of a `v1.Status` body that says what went wrong. */
export interface StatusDetail {
  readonly status: number;
  /** Machine-readable, such as `NotFound`, `Conflict`, `Expired`. */
  readonly reason: string;
}

/** A call that failed. `message` is a clause for people, without the address: "connection refused". */
export class ApiFailure extends Error {
  readonly kind: FailureKind;
  readonly detail: StatusDetail | undefined;

  constructor(kind: FailureKind, message: string, options: { detail?: StatusDetail; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiFailure';
    this.kind = kind;
    this.detail = options.detail;
  }

  get status(): number | undefined {
    return this.detail?.status;
  }
}

const FOREIGN: FailureKind = 'foreign-certificate';

/** Codes of libuv and of OpenSSL's verification (X509_V_ERR_*), as node:tls spells them. */
const CODES: Readonly<Record<string, readonly [FailureKind, string]>> = {
  ECONNREFUSED: ['refused', 'connection refused'],
  ETIMEDOUT: ['timeout', 'no answer to the connection attempt'],
  EHOSTUNREACH: ['unreachable', 'no machine answers at this address'],
  ENETUNREACH: ['unreachable', 'no route to this network'],
  EHOSTDOWN: ['unreachable', 'no machine answers at this address'],
  EADDRNOTAVAIL: ['unreachable', 'no route to this network'],
  ENOTFOUND: ['name-unknown', 'its host name cannot be resolved'],
  EAI_AGAIN: ['name-unknown', 'its host name cannot be resolved, as no name server answers'],
  ECONNRESET: ['interrupted', 'the connection was cut'],
  EPIPE: ['interrupted', 'the connection was cut'],
  ECONNABORTED: ['interrupted', 'the connection was cut'],
  HPE_INVALID_CONSTANT: ['malformed', 'something answers there that does not speak HTTP'],
  EPROTO: ['tls', 'something answers there that does not speak TLS as Kubernetes does'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['tls', 'something answers there that does not speak TLS'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [FOREIGN, 'answers, but its certificate is not of this cluster'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [FOREIGN, 'answers, but its certificate is not of this cluster'],
  UNABLE_TO_GET_ISSUER_CERT: [FOREIGN, 'answers, but its certificate is not of this cluster'],
  SELF_SIGNED_CERT_IN_CHAIN: [FOREIGN, 'answers, but its certificate is not of this cluster'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [FOREIGN, 'answers, but its certificate is not of this cluster'],
  CERT_SIGNATURE_FAILURE: [FOREIGN, 'answers, but its certificate is not of this cluster'],
  CERT_HAS_EXPIRED: ['certificate-expired', 'answers, but its certificate has expired'],
  CERT_NOT_YET_VALID: [
    'certificate-not-yet-valid',
    'answers, but its certificate is not valid yet: a clock is wrong, there or here',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate-name', 'answers, but its certificate is for other addresses'],
};

/** What a thrown error of node:net, node:tls or node:http means. */
export function asFailure(thrown: unknown): ApiFailure {
  if (thrown instanceof ApiFailure) return thrown;
  const code = codeOf(thrown);
  const known = CODES[code];
  if (known !== undefined) return new ApiFailure(known[0], known[1], { cause: thrown });
  if (/^ERR_(SSL|TLS)|CERT|CRL/.test(code))
    return new ApiFailure('tls', `the TLS handshake failed (${code})`, { cause: thrown });
  if (code.startsWith('HPE_'))
    return new ApiFailure('malformed', 'something answers there that does not speak HTTP', { cause: thrown });
  return new ApiFailure('interrupted', `the connection failed${code === '' ? '' : ` (${code})`}`, {
    cause: thrown,
  });
}

/** What an answer with an error status means; `body` is the parsed `v1.Status`, or anything. */
export function statusFailure(status: number, body: unknown): ApiFailure {
  const reason = textField(body, 'reason') ?? '';
  const said = (textField(body, 'message') ?? '').slice(0, 400);
  const detail = { status, reason };
  return new ApiFailure('status', `answers ${wordsOf(status)}${said === '' ? '' : `: ${said}`}`, { detail });
}

function wordsOf(status: number): string {
  switch (status) {
    case 401:
      return '401, so it does not accept the certificate of the appliance: it has another CA, or a clock is wrong';
    case 403:
      return '403 (forbidden)';
    case 404:
      return '404 (not found)';
    case 409:
      return '409 (conflict)';
    case 410:
      return '410 (gone)';
    case 422:
      return '422 (invalid)';
    case 429:
      return '429 (too many requests)';
    case 502:
    case 504:
      return `${status}, so the balancer before it reaches no API server`;
    case 503:
      return '503, so it is not ready';
    default:
      return String(status);
  }
}

function codeOf(thrown: unknown): string {
  // Happy eyeballs (RFC 8305) fails with one error for all addresses; the first one tells.
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  return textField(thrown, 'code') ?? '';
}

function textField(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || !(key in value)) return undefined;
  const found = (value as Record<string, unknown>)[key];
  return typeof found === 'string' ? found : undefined;
}
