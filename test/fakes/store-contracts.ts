import { describe, expect, it } from 'vitest';
import type { ApiToken, ApiTokenStore } from '../../src/domain/access/api-token.ts';
import type { BootTokenRecord, BootTokenStore } from '../../src/domain/access/boot-token.ts';
import type { SecretStore } from '../../src/domain/access/secret-store.ts';
import type { SessionStore } from '../../src/domain/access/session.ts';
import type { User, UserStore } from '../../src/domain/access/user.ts';
import type { ClusterStore } from '../../src/domain/cluster/record.ts';
import type { Cluster } from '../../src/domain/cluster/record.ts';
import type { EventStore } from '../../src/domain/event/event.ts';
import type { HostId } from '../../src/domain/host/host.ts';
import type { HostStore } from '../../src/domain/host/store.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import { aHost } from './a-host.ts';

/** Each gives an empty store. */
type Make<T> = () => T | Promise<T>;

export function hostStoreContract(make: Make<HostStore>): void {
  describe('a host store', () => {
    it('gives back exactly what was saved, and the newest of it', async () => {
      const store = await make();
      const host = aHost({
        address: '10.20.0.5' as Ipv4Address,
        assignment: { cluster: 'c1', role: 'worker' },
        kernelArguments: ['console=ttyS0'],
        labels: { rack: 'a' },
        install: {
          id: 'i',
          medium: 'm',
          image: 'o',
          attempts: 1,
          armedAt: 1,
          armedUntil: 2,
          initialises: true,
        },
        failure: { reason: 'r', remedy: 'd', at: 3, during: 'installing' },
      });
      await store.save(host);
      expect(await store.get(host.id)).toEqual(host);
      const changed = { ...host, state: 'active' as const, address: undefined };
      await store.save(changed);
      expect(await store.get(host.id)).toEqual(changed);
      expect(await store.list()).toHaveLength(1);
    });

    it('refuses a name, a MAC or an address that another host has, and changes nothing', async () => {
      const store = await make();
      const first = aHost({ address: '10.20.0.6' as Ipv4Address });
      await store.save(first);
      const other = aHost();
      for (const clash of [
        { ...other, name: first.name },
        { ...other, macs: [...other.macs, ...first.macs] },
        { ...other, address: first.address },
      ]) {
        await expect(store.save(clash)).rejects.toMatchObject({ code: 'host-exists' });
        expect(await store.get(other.id)).toBeUndefined();
      }
    });

    it('lets go of a name, a MAC and an address with the host that had them', async () => {
      const store = await make();
      const first = aHost({ address: '10.20.0.7' as Ipv4Address });
      await store.save(first);
      await store.remove(first.id);
      await store.save({ ...first, id: 'another' as HostId });
      expect(await store.get(first.id)).toBeUndefined();
    });
  });
}

export function bootTokenStoreContract(make: Make<BootTokenStore>): void {
  const token = (change: Partial<BootTokenRecord> = {}): BootTokenRecord => ({
    hash: 'h1',
    host: 'host-a' as HostId,
    installId: 'i1',
    createdAt: 10,
    expiresAt: 1_000,
    uses: 0,
    ...change,
  });

  describe('a boot token store', () => {
    it('gives back exactly what was kept', async () => {
      const store = await make();
      await store.add(token());
      expect(await store.find('h1')).toEqual(token());
      expect(await store.find('h2')).toBeUndefined();
    });

    it('keeps a few tokens of one install, a used one before all, and none of another install', async () => {
      const store = await make();
      await store.add(token({ hash: 'old', installId: 'i0' }));
      await store.add(token({ hash: 'used' }));
      await store.countUse('used');
      for (const at of [20, 30, 40, 50]) await store.add(token({ hash: `h${at}`, createdAt: at }));
      await store.add(token({ hash: 'other', host: 'host-b' as HostId }));
      const dead = async (hash: string) => (await store.find(hash))?.revokedAt !== undefined;
      expect(await dead('old')).toBe(true);
      expect(await dead('h20')).toBe(true);
      for (const hash of ['used', 'h30', 'h40', 'h50', 'other']) expect(await dead(hash), hash).toBe(false);
    });

    it('leaves one token when that one is taken up, and none when the host is done', async () => {
      const store = await make();
      await store.add(token());
      await store.add(token({ hash: 'h2', createdAt: 20 }));
      await store.add(token({ hash: 'h3', host: 'host-b' as HostId }));
      await store.revokeOthers('h1', 25);
      expect((await store.find('h2'))?.revokedAt).toBe(25);
      expect((await store.find('h1'))?.revokedAt).toBeUndefined();
      expect(await store.revokeForHost('host-a' as HostId, 30)).toBe(1);
      expect((await store.find('h1'))?.revokedAt).toBe(30);
      expect((await store.find('h2'))?.revokedAt).toBe(25);
      expect((await store.find('h3'))?.revokedAt).toBeUndefined();
    });

    it('binds to the first address only', async () => {
      const store = await make();
      await store.add(token());
      expect(await store.bindIgnition('h1', '10.0.0.1')).toBe('10.0.0.1');
      expect(await store.bindIgnition('h1', '10.0.0.2')).toBe('10.0.0.1');
      expect(await store.bindIgnition('unknown', '10.0.0.2')).toBeUndefined();
    });

    it('counts every use', async () => {
      const store = await make();
      await store.add(token());
      expect((await store.countUse('h1'))?.uses).toBe(1);
      expect((await store.countUse('h1'))?.uses).toBe(2);
      expect(await store.countUse('unknown')).toBeUndefined();
    });

    it('forgets what expired before a moment', async () => {
      const store = await make();
      await store.add(token());
      expect(await store.sweep(1_000)).toBe(0);
      expect(await store.sweep(1_001)).toBe(1);
      expect(await store.find('h1')).toBeUndefined();
    });
  });
}

export function userStoreContract(make: Make<{ users: UserStore; sessions: SessionStore }>): void {
  const user = (change: Partial<User> = {}): User => ({
    name: 'ann',
    role: 'administrator',
    passwordHash: '$x$',
    mustChangePassword: true,
    createdAt: 1,
    ...change,
  });

  describe('a user store', () => {
    it('keeps, changes and removes', async () => {
      const { users } = await make();
      await users.add(user());
      expect(await users.get('ann')).toEqual(user());
      await users.update(user({ role: 'viewer', mustChangePassword: false }));
      expect(await users.list()).toEqual([user({ role: 'viewer', mustChangePassword: false })]);
      expect(await users.remove('ann')).toBe(true);
      expect(await users.remove('ann')).toBe(false);
    });

    it('refuses a name that is taken and an update of nobody', async () => {
      const { users } = await make();
      await users.add(user());
      await expect(users.add(user())).rejects.toMatchObject({ code: 'user-exists' });
      await expect(users.update(user({ name: 'bob' }))).rejects.toMatchObject({ code: 'user-not-found' });
    });
  });

  describe('a session store', () => {
    const session = { hash: 's1', user: 'ann', createdAt: 1, expiresAt: 100, address: '10.0.0.1' };

    it('keeps sessions until they are removed, swept, or their user is', async () => {
      const { users, sessions } = await make();
      await users.add(user());
      for (const hash of ['s1', 's2', 's3']) await sessions.add({ ...session, hash });
      expect(await sessions.find('s1')).toEqual(session);
      await sessions.remove('s1');
      expect(await sessions.find('s1')).toBeUndefined();
      expect(await sessions.removeForUser('ann', 's3')).toBe(1);
      expect(await sessions.sweep(100)).toBe(0);
      expect(await sessions.find('s3')).toBeDefined();
      await users.remove('ann');
      expect(await sessions.find('s3')).toBeUndefined();
    });
  });
}

export function apiTokenStoreContract(make: Make<ApiTokenStore>): void {
  describe('a token store', () => {
    it('keeps, touches and removes', async () => {
      const store = await make();
      const token: ApiToken = {
        id: 't1',
        hash: 'h1',
        name: 'ci',
        role: 'viewer',
        createdBy: 'ann',
        createdAt: 1,
        expiresAt: 9,
      };
      await store.add(token);
      expect(await store.find('h1')).toEqual(token);
      await store.touch('h1', 5);
      expect(await store.list()).toEqual([{ ...token, lastUsedAt: 5 }]);
      expect(await store.remove('t1')).toBe(true);
      expect(await store.remove('t1')).toBe(false);
    });
  });
}

export function secretStoreContract(make: Make<SecretStore>): void {
  describe('a secret store', () => {
    it('gives back the bytes, by name', async () => {
      const store = await make();
      const bytes = Uint8Array.from({ length: 300 }, (_, at) => at);
      await store.put('a/1', bytes);
      await store.put('a/2', new Uint8Array());
      await store.put('b/1', Uint8Array.of(1));
      await store.put('b/1', Uint8Array.of(2));
      expect(Array.from((await store.get('a/1')) ?? [])).toEqual(Array.from(bytes));
      expect(Array.from((await store.get('b/1')) ?? [])).toEqual([2]);
      expect(await store.get('a')).toBeUndefined();
      expect(await store.names('a/')).toEqual(['a/1', 'a/2']);
      expect(await store.remove('a/1')).toBe(true);
      expect(await store.remove('a/1')).toBe(false);
    });
  });
}

export function eventStoreContract(make: Make<EventStore>): void {
  const event = (text: string, host?: string) => ({
    level: 'info' as const,
    type: 'test',
    text,
    ...(host === undefined ? {} : { host: host as HostId }),
  });

  describe('an event store', () => {
    it('gives rising ids in the order of the appends', async () => {
      const store = await make();
      const stored = await Promise.all(['a', 'b', 'c'].map((text) => store.append(event(text), 5)));
      expect(stored.map((one) => one.text)).toEqual(['a', 'b', 'c']);
      const ids = stored.map((one) => one.id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      expect(new Set(ids).size).toBe(3);
    });

    it('gives back exactly what was appended', async () => {
      const store = await make();
      const full = {
        ...event('all', 'h'),
        level: 'alert' as const,
        address: '10.0.0.1',
        actor: 'ann',
        data: { a: 1, b: 'x', c: true, d: null },
      };
      const stored = await store.append(full, 7);
      expect(stored).toEqual({ ...full, id: stored.id, at: 7 });
      expect(await store.list({})).toEqual([stored]);
    });

    it('lists the newest, oldest first, after an id or of one host', async () => {
      const store = await make();
      for (const text of ['1', '2', '3', '4']) await store.append(event(text, text < '3' ? 'a' : 'b'), 1);
      const texts = async (query: Parameters<EventStore['list']>[0]): Promise<string[]> =>
        (await store.list(query)).map((one) => one.text);
      expect(await texts({ limit: 2 })).toEqual(['3', '4']);
      expect(await texts({ host: 'a' as HostId })).toEqual(['1', '2']);
      const [, second] = await store.list({});
      expect(await texts({ after: second?.id })).toEqual(['3', '4']);
    });
  });
}

export function clusterStoreContract(make: Make<ClusterStore>, aCluster: (name: string) => Cluster): void {
  describe('a cluster store', () => {
    it('keeps, changes and removes', async () => {
      const store = await make();
      await store.add(aCluster('c1'));
      await expect(store.add(aCluster('c1'))).rejects.toMatchObject({ code: 'cluster-exists' });
      const born = { ...aCluster('c1'), birth: { kind: 'born' as const, at: 9 } };
      await store.update(born);
      expect(await store.get('c1')).toEqual(born);
      expect(await store.list()).toEqual([born]);
      expect(await store.remove('c1')).toBe(true);
      expect(await store.remove('c1')).toBe(false);
    });
  });
}
