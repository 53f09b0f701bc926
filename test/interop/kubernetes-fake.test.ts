import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiConnection } from '../../src/adapters/kubernetes/connection.ts';
import { field, text } from '../../src/adapters/kubernetes/object.ts';
import { FakeKubernetes } from '../fakes/kubernetes/server.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

/** What a test can make the fake do that a real kube-apiserver does only in its own time. */
describe('the fake Kubernetes API', () => {
  let fake: FakeKubernetes;
  let connection: ApiConnection;
  const abort = new AbortController();

  beforeEach(async () => {
    fake = await FakeKubernetes.start({ bookmarkEvery: 50 });
    connection = new ApiConnection(await fake.credentials(), { connect: 1_000, total: 1_000 });
  });
  afterEach(async () => {
    connection.close();
    await fake.down();
  });

  const seed = (name: string): void =>
    fake.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: {} });

  async function watch(query: Record<string, string | boolean>): Promise<unknown[]> {
    const seen: unknown[] = [];
    const call = { method: 'GET', path: MAPS, query: { watch: true, ...query } } as const;
    const stream = await connection.stream(call, abort.signal);
    stream.on('error', () => undefined);
    stream.on('data', (bytes: Buffer) => {
      for (const line of bytes.toString().split('\n').filter(Boolean)) seen.push(JSON.parse(line));
    });
    return seen;
  }

  it('ends a watch from a version that was compacted away with 410', async () => {
    const from = String(fake.storage.version);
    seed('a');
    fake.storage.compact();
    const seen = await watch({ resourceVersion: from });
    await expect.poll(() => seen.length).toBe(1);
    expect(text(seen[0], 'type')).toBe('ERROR');
    expect(field(seen[0], 'object')).toMatchObject({ code: 410, reason: 'Expired' });
  });

  it('ends a list that is continued after a compaction with 410', async () => {
    for (const name of ['a', 'b']) seed(name);
    const first = await connection.json({ method: 'GET', path: MAPS, query: { limit: 1 } });
    seed('c');
    fake.storage.compact();
    const token = text(first, 'metadata', 'continue') ?? '';
    await expect(
      connection.json({ method: 'GET', path: MAPS, query: { limit: 1, continue: token } }),
    ).rejects.toMatchObject({ status: 410 });
  });

  it('sends bookmarks to those who ask for them', async () => {
    const version = String(fake.storage.version);
    const seen = await watch({ resourceVersion: version, allowWatchBookmarks: true });
    await expect.poll(() => seen.length).toBeGreaterThan(1);
    expect(text(seen[0], 'type')).toBe('BOOKMARK');
    expect(text(seen[0], 'object', 'metadata', 'resourceVersion')).toBe(version);
  });

  it('refuses as often as told, and then serves again', async () => {
    fake.refuse(503, 2);
    const asked = (): Promise<number> =>
      connection.call({ method: 'GET', path: '/readyz' }).then(({ status }) => status);
    expect([await asked(), await asked(), await asked()]).toEqual([503, 503, 200]);
  });

  it('keeps its objects and its port while it is down', async () => {
    seed('kept');
    const { port } = fake;
    await fake.down();
    await expect(connection.call({ method: 'GET', path: MAPS })).rejects.toMatchObject({ kind: 'refused' });
    await fake.up();
    expect(fake.port).toBe(port);
    expect(text(await connection.json({ method: 'GET', path: `${MAPS}/kept` }), 'metadata', 'name')).toBe(
      'kept',
    );
  });

  it('knows a bearer token that it was given', async () => {
    fake.tokens.set('sesame', { name: 'tester', groups: ['system:masters'] });
    const { ca, server } = await fake.credentials();
    const nobody = new ApiConnection({ ca, server });
    const asked = async (bearer: string): Promise<number> =>
      (await nobody.call({ method: 'GET', path: '/api/v1/secrets', bearer })).status;
    expect(await asked('sesame')).toBe(200);
    expect(await asked('wrong')).toBe(401);
    nobody.close();
  });
});
