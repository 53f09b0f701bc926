/** Values under these keys are left out, whatever they are: people put passwords into all of them. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'managedFields',
  'annotations',
  'data',
  'binaryData',
  'stringData',
  'env',
  'envFrom',
  'args',
  'command',
  'httpHeaders',
  'token',
  'password',
]);

/** `--token=…`, `Bearer …`, a bootstrap token, PEM: what slips into messages of events and statuses. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g,
  /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g,
  /\bBearer\s+[\w.~+/-]+=*/gi,
  /\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/g,
  /((?:password|passwd|token|secret|apikey|api-key)["']?\s*[=:]\s*)["']?[^\s"',;]+/gi,
];
/** No object of Kubernetes is deeper. */
const DEEPEST = 40;

/** A copy of a JSON value with nothing in it that opens anything. */
export function redacted(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) return '(too deep)';
  if (typeof value === 'string') return withoutSecrets(value);
  if (Array.isArray(value)) return value.map((one) => redacted(one, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      LEFT_OUT.has(key) ? '(left out)' : redacted(inner, depth + 1),
    ]),
  );
}

function withoutSecrets(text: string): string {
  return SECRETS.reduce(
    (rest, pattern) =>
      rest.replace(pattern, (...match: unknown[]) =>
        typeof match[1] === 'string' && !match[1].startsWith('-----')
          ? `${match[1]}(left out)`
          : '(left out)',
      ),
    text,
  );
}
