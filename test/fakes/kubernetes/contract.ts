import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubeConfig, KubernetesObjectApi, PatchStrategy, Watch } from '@kubernetes/client-node';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { ApiConnection } from '../../../src/adapters/kubernetes/connection.ts';
import type { ApiCall, ApiCredentials } from '../../../src/adapters/kubernetes/connection.ts';
import { ApiFailure } from '../../../src/adapters/kubernetes/failure.ts';
import { bootstrapTokenSecret } from '../../../src/adapters/kubernetes/bootstrap-token.ts';
import { field, items, text } from '../../../src/adapters/kubernetes/object.ts';

export interface ApiUnderTest {
  readonly credentials: ApiCredentials;
  stop(): Promise<void>;
}

const APPLY = 'application/apply-patch+yaml';

/** What everything that speaks Kubernetes here relies on. Runs unchanged against the fake and a real kube-apiserver. */
export function kubernetesContract(name: string, start: () => Promise<ApiUnderTest>): void {
  describe(`the Kubernetes API (${name})`, () => {
    let api: ApiUnderTest;
    let connection: ApiConnection;
    const namespace = `contract-${randomBytes(3).toString('hex')}`;
    const maps = `/api/v1/namespaces/${namespace}/configmaps`;

    const call = (request: ApiCall): Promise<unknown> => connection.json(request);
    const configMap = (name: string, data: Record<string, string>, more: object = {}): object => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, ...more },
      data,
    });
    const create = (name: string, data: Record<string, string>, more: object = {}): Promise<unknown> =>
      call({ method: 'POST', path: maps, body: configMap(name, data, more) });
    const apply = (
      name: string,
      data: Record<string, string>,
      fieldManager: string,
      force = false,
    ): Promise<unknown> =>
      call({
        method: 'PATCH',
        path: `${maps}/${name}`,
        query: { fieldManager, force },
        contentType: APPLY,
        body: configMap(name, data),
      });
    const refusal = async (
      asked: Promise<unknown>,
    ): Promise<{ status: number; reason: string } | undefined> => {
      try {
        await asked;
      } catch (thrown) {
        if (thrown instanceof ApiFailure) return thrown.detail;
        throw thrown;
      }
      return undefined;
    };

    beforeAll(async () => {
      api = await start();
      connection = new ApiConnection(api.credentials);
      await call({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
    }, 120_000);

    afterAll(async () => {
      await call({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
      connection.close();
      await api.stop();
    }, 30_000);

    it('says that it is ready, and which version it is', async () => {
      expect((await connection.call({ method: 'GET', path: '/readyz' })).text).toBe('ok');
      expect((await connection.call({ method: 'GET', path: '/healthz' })).text).toBe('ok');
      expect(text(await call({ method: 'GET', path: '/version' }), 'gitVersion')).toMatch(/^v1\.\d+/);
    });

    it('gives a new object an identity, and refuses a second of its name', async () => {
      const made = await create('new', { a: '1' });
      expect(text(made, 'metadata', 'uid')).toMatch(/^[0-9a-f-]{36}$/);
      expect(text(made, 'metadata', 'resourceVersion')).toMatch(/^\d+$/);
      expect(text(made, 'metadata', 'creationTimestamp')).toMatch(/^\d{4}-.*Z$/);
      expect(await refusal(create('new', {}))).toEqual({ status: 409, reason: 'AlreadyExists' });
    });

    it('says what is not there', async () => {
      expect(await refusal(call({ method: 'GET', path: `${maps}/none` }))).toEqual({
        status: 404,
        reason: 'NotFound',
      });
      expect(await refusal(call({ method: 'DELETE', path: `${maps}/none` }))).toMatchObject({ status: 404 });
      expect(await refusal(call({ method: 'GET', path: '/apis/none.example/v1/things' }))).toMatchObject({
        status: 404,
      });
      const elsewhere = {
        method: 'POST',
        path: '/api/v1/namespaces/nowhere/configmaps',
        body: configMap('x', {}),
      } as const;
      expect(await refusal(call(elsewhere))).toMatchObject({ status: 404 });
    });

    it('refuses names that no object may have, and bodies of another kind', async () => {
      expect(await refusal(create('Not_A_Name', {}))).toMatchObject({ status: 422, reason: 'Invalid' });
      expect(await refusal(apply('Not_A_Name', {}, 'one'))).toMatchObject({ status: 422, reason: 'Invalid' });
      const wrong = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } };
      expect(await refusal(call({ method: 'POST', path: maps, body: wrong }))).toMatchObject({ status: 400 });
    });

    it('refuses an update based on an old version', async () => {
      const first = await create('locked', { a: '1' });
      const at = (value: unknown, data: Record<string, string>): ApiCall => ({
        method: 'PUT',
        path: `${maps}/locked`,
        body: configMap('locked', data, { resourceVersion: text(value, 'metadata', 'resourceVersion') }),
      });
      const second = await call(at(first, { a: '2' }));
      expect(field(second, 'data')).toEqual({ a: '2' });
      expect(await refusal(call(at(first, { a: '3' })))).toEqual({ status: 409, reason: 'Conflict' });
    });

    it('merges a merge patch, and removes what it sets to null', async () => {
      await create('merged', { a: '1', b: '2' });
      const patched = await call({
        method: 'PATCH',
        path: `${maps}/merged`,
        contentType: 'application/merge-patch+json',
        body: { data: { a: null, c: '3' } },
      });
      expect(field(patched, 'data')).toEqual({ b: '2', c: '3' });
    });

    it('does a JSON patch, and refuses one whose path is not there', async () => {
      await create('edited', { a: '1' });
      const patch = (body: unknown): ApiCall => ({
        method: 'PATCH',
        path: `${maps}/edited`,
        contentType: 'application/json-patch+json',
        body,
      });
      const patched = await call(
        patch([
          { op: 'add', path: '/data/b~1c', value: '2' },
          { op: 'remove', path: '/data/a' },
        ]),
      );
      expect(field(patched, 'data')).toEqual({ 'b/c': '2' });
      expect(await refusal(call(patch([{ op: 'remove', path: '/data/none' }])))).toMatchObject({
        status: 422,
      });
    });

    it('merges lists by their key in a strategic merge patch', async () => {
      const path = `/api/v1/namespaces/${namespace}/services`;
      const port = (name: string, number: number): object => ({ name, port: number, protocol: 'TCP' });
      const spec = { selector: { app: 'x' }, ports: [port('one', 80), port('two', 81)] };
      await call({ method: 'POST', path, body: { metadata: { name: 'ports' }, spec } });
      const patched = await call({
        method: 'PATCH',
        path: `${path}/ports`,
        contentType: 'application/strategic-merge-patch+json',
        body: { spec: { ports: [{ port: 81, protocol: 'TCP', name: 'changed' }] } },
      });
      const names = items(patched, 'spec', 'ports').map((one) => text(one, 'name'));
      expect(names.toSorted()).toEqual(['changed', 'one']);
    });

    it('applies server-side: a second time changes nothing, and a field left out is removed', async () => {
      const first = await apply('applied', { a: '1', b: '2' }, 'one');
      const again = await apply('applied', { a: '1', b: '2' }, 'one');
      expect(text(again, 'metadata', 'resourceVersion')).toBe(text(first, 'metadata', 'resourceVersion'));
      const fewer = await apply('applied', { a: '1' }, 'one');
      expect(field(fewer, 'data')).toEqual({ a: '1' });
    });

    it('keeps what another manager applied, and refuses to overrule it unless forced', async () => {
      await apply('shared', { a: '1' }, 'one');
      const both = await apply('shared', { b: '2' }, 'two');
      expect(field(both, 'data')).toEqual({ a: '1', b: '2' });
      expect(await refusal(apply('shared', { a: '9', b: '2' }, 'two'))).toEqual({
        status: 409,
        reason: 'Conflict',
      });
      const forced = await apply('shared', { a: '9', b: '2' }, 'two', true);
      expect(field(forced, 'data')).toEqual({ a: '9', b: '2' });
      const managers = items(forced, 'metadata', 'managedFields').map((entry) => text(entry, 'manager'));
      expect(managers).toContain('two');
      // The first manager lost its only field, so what it leaves out now stays.
      expect(field(await apply('shared', {}, 'one'), 'data')).toEqual({ a: '9', b: '2' });
    });

    it('keeps a field that two managers apply until both left it out', async () => {
      await apply('common', { a: '1' }, 'one');
      await apply('common', { a: '1' }, 'two');
      expect(field(await apply('common', {}, 'one'), 'data')).toEqual({ a: '1' });
      expect(field(await apply('common', {}, 'two'), 'data')).toBeUndefined();
    });

    it('holds a deleted object until its last finalizer is gone', async () => {
      await create('held', {}, { finalizers: ['hearth.example/hold'] });
      await call({ method: 'DELETE', path: `${maps}/held` });
      const held = await call({ method: 'GET', path: `${maps}/held` });
      expect(text(held, 'metadata', 'deletionTimestamp')).toBeDefined();
      await call({
        method: 'PATCH',
        path: `${maps}/held`,
        contentType: 'application/merge-patch+json',
        body: { metadata: { finalizers: null } },
      });
      expect(await refusal(call({ method: 'GET', path: `${maps}/held` }))).toMatchObject({ status: 404 });
    });

    it('refuses to delete an object that is not the one meant', async () => {
      await create('meant', {});
      const body = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } };
      expect(await refusal(call({ method: 'DELETE', path: `${maps}/meant`, body }))).toMatchObject({
        status: 409,
      });
    });

    it('lists by labels and in pages', async () => {
      for (const name of ['p1', 'p2', 'p3']) await create(name, {}, { labels: { page: 'yes' } });
      const query = { labelSelector: 'page=yes', limit: 2 };
      const first = await call({ method: 'GET', path: maps, query });
      expect(items(first, 'items').map((one) => text(one, 'metadata', 'name'))).toEqual(['p1', 'p2']);
      const token = text(first, 'metadata', 'continue') ?? '';
      const second = await call({ method: 'GET', path: maps, query: { ...query, continue: token } });
      expect(items(second, 'items').map((one) => text(one, 'metadata', 'name'))).toEqual(['p3']);
      expect(text(second, 'metadata', 'continue') ?? '').toBe('');
    });

    it('writes status apart from the rest', async () => {
      const nodes = '/api/v1/nodes';
      const name = `${namespace}-node`;
      const status = { conditions: [{ type: 'Ready', status: 'True', reason: 'Test', message: '' }] };
      await call({ method: 'POST', path: nodes, body: { metadata: { name } } });
      const patch = { method: 'PATCH', contentType: 'application/merge-patch+json' } as const;
      await call({ ...patch, path: `${nodes}/${name}/status`, body: { status } });
      await call({
        ...patch,
        path: `${nodes}/${name}`,
        body: { spec: { unschedulable: true }, status: { conditions: null } },
      });
      const node = await call({ method: 'GET', path: `${nodes}/${name}` });
      expect(field(node, 'spec', 'unschedulable')).toBe(true);
      expect(text(items(node, 'status', 'conditions')[0], 'reason')).toBe('Test');
      await call({ method: 'DELETE', path: `${nodes}/${name}` });
    });

    it('says what it serves', async () => {
      const core = await call({ method: 'GET', path: '/api/v1' });
      expect(items(core, 'resources')).toContainEqual(
        expect.objectContaining({ name: 'secrets', kind: 'Secret', namespaced: true }),
      );
      const groups = await call({ method: 'GET', path: '/apis' });
      expect(items(groups, 'groups').map((group) => text(group, 'name'))).toContain('apps');
      const apps = await call({ method: 'GET', path: '/apis/apps/v1' });
      expect(items(apps, 'resources')).toContainEqual(
        expect.objectContaining({ name: 'daemonsets', kind: 'DaemonSet', namespaced: true }),
      );
    });

    it('lets a bootstrap token in while it lives, and nothing else without a certificate', async () => {
      const token = `${randomBytes(3).toString('hex')}.${randomBytes(8).toString('hex')}`;
      const as = (bearer: string): Promise<number> =>
        fetchStatus(api.credentials, '/api/v1/namespaces/kube-public/configmaps/cluster-info', bearer);
      expect(await as(token)).toBe(401);
      const secret = bootstrapTokenSecret(token, Date.now() + 60_000);
      await call({ method: 'POST', path: '/api/v1/namespaces/kube-system/secrets', body: secret });
      // 403 or 404: known, whatever it may see.
      await expect.poll(() => as(token), { timeout: 10_000 }).not.toBe(401);
      await call({
        method: 'DELETE',
        path: `/api/v1/namespaces/kube-system/secrets/bootstrap-token-${token.slice(0, 6)}`,
      });
      await expect.poll(() => as(token), { timeout: 10_000 }).toBe(401);
      expect(await fetchStatus(api.credentials, '/api/v1/secrets')).toBe(403);
    });

    it('serves the kinds of a CustomResourceDefinition', async () => {
      const group = `${namespace}.example.com`;
      const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
      const spec = {
        group,
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      };
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await call({
        method: 'POST',
        path: definitions,
        body: { metadata: { name: `things.${group}` }, spec },
      });
      const path = `/apis/${group}/v1/namespaces/${namespace}/things`;
      const thing = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'one' }, size: 3 };
      const made = (): Promise<number> =>
        connection.call({ method: 'POST', path, body: thing }).then((answered) => answered.status);
      await expect.poll(made, { timeout: 10_000 }).toBe(201);
      expect(field(await call({ method: 'GET', path: `${path}/one` }), 'size')).toBe(3);
      await call({ method: 'DELETE', path: `${definitions}/things.${group}` });
    });

    it('tells a watch what happens, in order', async () => {
      const list = await call({ method: 'GET', path: maps });
      const seen: string[] = [];
      const abort = new AbortController();
      const query = {
        watch: true,
        resourceVersion: text(list, 'metadata', 'resourceVersion') ?? '',
        fieldSelector: 'metadata.name=watched',
        timeoutSeconds: 20,
      };
      const stream = await connection.stream({ method: 'GET', path: maps, query }, abort.signal);
      stream.on('error', () => undefined);
      let rest = '';
      stream.on('data', (bytes: Buffer) => {
        const lines = (rest + bytes.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) seen.push(text(JSON.parse(line), 'type') ?? '');
      });
      await create('watched', { a: '1' });
      await apply('watched', { a: '2' }, 'one', true);
      await create('unwatched', {});
      await call({ method: 'DELETE', path: `${maps}/watched` });
      await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      abort.abort();
    });

    it('serves the official client: create, apply, read, list, watch and delete', async () => {
      const config = new KubeConfig();
      const { ca, certificate, key, server } = api.credentials;
      const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
      config.loadFromOptions({
        clusters: [{ name: 'c', server: server.origin, caData: base64(ca), skipTLSVerify: false }],
        users: [{ name: 'u', certData: base64(certificate), keyData: base64(key) }],
        contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
        currentContext: 'x',
      });
      const client = KubernetesObjectApi.makeApiClient(config);
      const metadata = { name: 'official', namespace };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
      const { promise: watched, resolve } = Promise.withResolvers<string>();
      const watch = await new Watch(config).watch(
        maps,
        { fieldSelector: 'metadata.name=official' },
        (type) => resolve(type),
        () => undefined,
      );
      const created = await client.create({ ...object, data: { a: '1' } });
      expect(text(created, 'metadata', 'uid')).toBeDefined();
      expect(await watched).toBe('ADDED');
      watch.abort();
      const applied = await client.patch(
        { ...object, data: { b: '2' } },
        undefined,
        undefined,
        'official-test',
        true,
        PatchStrategy.ServerSideApply,
      );
      expect(field(applied, 'data')).toMatchObject({ b: '2' });
      const listed = await client.list<V1ConfigMap>('v1', 'ConfigMap', namespace);
      expect(listed.items.map((one) => one.metadata?.name)).toContain('official');
      await client.delete(object);
      await expect(client.read(object)).rejects.toMatchObject({ code: 404 });
    });
  });
}

/** Asks without a client certificate. */
async function fetchStatus(credentials: ApiCredentials, path: string, bearer?: string): Promise<number> {
  const connection = new ApiConnection({ ca: credentials.ca, server: credentials.server });
  try {
    const answered = await connection.call({
      method: 'GET',
      path,
      ...(bearer === undefined ? {} : { bearer }),
    });
    return answered.status;
  } finally {
    connection.close();
  }
}
