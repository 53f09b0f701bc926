import { randomBytes } from 'node:crypto';
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageLibrary } from '../../src/adapters/media/image-library.ts';
import { imageRouter } from '../../src/adapters/http/content/router.ts';
import { memoryImageStore } from '../fakes/media-stores.ts';
import { missingTools, namesIn, run, runAside, serve, workplace, write } from './media-tools.ts';

const IN_IMAGE = 'usr/share/nginx/html/ostree';
const missing = missingTools('OSTree image import', ['ostree', 'skopeo', 'umoci', 'tar', 'zstd', 'gzip']);

describe.skipIf(missing.length > 0)('importing OSTree images', () => {
  const place = workplace();
  const at = (...parts: string[]): string => join(place.path, ...parts);
  const repo = at('repo');
  const libraryAt = at('images');
  const library = new ImageLibrary({
    directory: libraryAt,
    store: memoryImageStore(),
    clock: { now: () => 1_700_000_000_000 },
    reserve: 0,
  });
  let commit = '';

  beforeAll(async () => {
    const tree = at('tree');
    write(join(tree, 'usr/bin/program'), randomBytes(200_000));
    write(join(tree, 'usr/lib/large'), Buffer.concat([randomBytes(1_000_000), Buffer.alloc(20_000_000)]));
    write(join(tree, 'usr/etc/empty'), '');
    for (let index = 0; index < 300; index += 1) write(join(tree, `usr/etc/f/${index}`), `file ${index}\n`);
    symlinkSync('usr/bin', join(tree, 'bin'));
    symlinkSync('/nowhere/at/all', join(tree, 'usr/etc/dangling'));
    run('ostree', `--repo=${repo}`, 'init', '--mode=archive');
    commit = run(
      ...(['ostree', `--repo=${repo}`, 'commit', '-b', 'ock', `--tree=dir=${tree}`] as const),
      ...['--add-metadata-string=version=1.33', '-s', 'An image'],
    ).trim();
    run('ostree', `--repo=${repo}`, 'static-delta', 'generate', 'ock', '--empty');
    run('ostree', `--repo=${repo}`, 'summary', '-u');
    writeFileSync(
      join(repo, 'config'),
      `${readFileSync(join(repo, 'config'), 'utf8')}[remote "x"]\nurl=http://u:secret@h/\n`,
    );
    await library.start();
  });
  afterAll(place.remove);

  /** A container image whose layers are the given trees, as `umoci` and `skopeo` make them. */
  function makeOciLayout(name: string, layers: readonly string[]): string {
    const layout = at(name);
    run('umoci', 'init', '--layout', layout);
    run('umoci', 'new', '--image', `${layout}:latest`);
    for (const layer of layers) {
      run('umoci', 'raw', 'add-layer', '--image', `${layout}:latest`, layer);
    }
    return layout;
  }

  function tarOf(name: string, directory: string, ...extra: string[]): string {
    const tar = at(name);
    run('tar', '-C', directory, '-cf', tar, ...extra, '.');
    return tar;
  }

  async function pullAndCheck(name: string): Promise<string> {
    const server = await serve(imageRouter(library));
    const client = at(`client-${name}`);
    try {
      run('ostree', `--repo=${client}`, 'init', '--mode=bare-user');
      run(
        'ostree',
        `--repo=${client}`,
        'remote',
        'add',
        '--no-gpg-verify',
        'h',
        `${server.url}/images/${name}`,
      );
      const pull = await runAside('ostree', `--repo=${client}`, 'pull', 'h', 'ock');
      expect(pull.stderr).toBe('');
      expect(pull.code).toBe(0);
      expect(run('ostree', `--repo=${client}`, 'rev-parse', 'h:ock').trim()).toBe(commit);
      run('ostree', `--repo=${client}`, 'fsck');
      return pull.stdout.toString();
    } finally {
      await server.close();
      rmSync(client, { recursive: true, force: true });
    }
  }

  async function importAndRemove(path: string, source: string): Promise<void> {
    const image = await library.import({ path, name: 'one' });
    expect(image).toMatchObject({ ref: 'ock', commit, version: '1.33', source });
    await pullAndCheck('one');
    expect(readdirSync(join(libraryAt, 'one')).sort()).toEqual(['image.json', 'repo']);
    await library.remove('one');
  }

  it('takes a repository over such that ostree pulls and checks it, with its delta', async () => {
    const image = await library.import({ path: repo });
    expect(image).toMatchObject({
      name: 'ock',
      ref: 'ock',
      commit,
      version: '1.33',
      hasSummary: true,
      deltas: 1,
      source: 'repository',
    });
    const objects = run('find', join(repo, 'objects'), '-type', 'f').trim().split('\n');
    expect(image.objects).toBe(objects.length);
    expect(await pullAndCheck('ock')).toContain('1 delta parts');
    run('ostree', `--repo=${join(libraryAt, 'ock', 'repo')}`, 'fsck');
    expect(readFileSync(join(libraryAt, 'ock', 'repo', 'config'), 'utf8')).not.toContain('secret');
  });

  it('keeps only what the ref needs, and no summary that lists more', async () => {
    const more = at('more');
    cpSync(repo, more, { recursive: true });
    write(at('other/file'), 'other');
    run('ostree', `--repo=${more}`, 'commit', '-b', 'other', `--tree=dir=${at('other')}`);
    run('ostree', `--repo=${more}`, 'summary', '-u');
    const image = await library.import({ path: more, name: 'more' });
    expect(image.hasSummary).toBe(false);
    expect(image.objects).toBe(library.get('ock')?.objects);
    await pullAndCheck('more');
    await library.remove('more');
  });

  it('takes an OCI layout and an OCI archive, as `ocne image create --type ostree` saves', async () => {
    const base = at('layer-base');
    write(join(base, 'etc/os-release'), 'ID=ol\n');
    mkdirSync(join(base, 'usr/share/nginx/html'), { recursive: true });
    const top = at('layer-top');
    mkdirSync(join(top, 'usr/share/nginx/html'), { recursive: true });
    cpSync(repo, join(top, IN_IMAGE), { recursive: true });
    const layout = makeOciLayout('layout', [tarOf('base.tar', base), tarOf('top.tar', top)]);
    await importAndRemove(layout, 'oci-layout');

    const archive = at('ock-ostree.tar');
    run(
      'skopeo',
      'copy',
      '--insecure-policy',
      '-q',
      `oci:${layout}:latest`,
      `oci-archive:${archive}:ock:latest`,
    );
    await importAndRemove(archive, 'oci-archive');

    const docker = at('docker.tar');
    run(
      'skopeo',
      'copy',
      '--insecure-policy',
      '-q',
      `oci:${layout}:latest`,
      `docker-archive:${docker}:ock:latest`,
    );
    await importAndRemove(docker, 'docker-archive');

    const zstd = at('zstd-layout');
    run(
      ...(['skopeo', 'copy', '--insecure-policy', '-q', '--dest-compress-format', 'zstd'] as const),
      ...[`oci:${layout}:latest`, `oci:${zstd}:latest`],
    );
    await importAndRemove(zstd, 'oci-layout');

    run('gzip', '-1', archive);
    await importAndRemove(`${archive}.gz`, 'oci-archive');
  });

  it('applies whiteouts, opaque directories and later layers', async () => {
    const old = at('layer-old');
    cpSync(repo, join(old, IN_IMAGE), { recursive: true });
    writeFileSync(join(old, IN_IMAGE, 'refs/heads/ock'), `${'0'.repeat(64)}\n`);
    write(join(old, IN_IMAGE, 'refs/heads/stale'), `${'0'.repeat(64)}\n`);
    const opaque = at('layer-opaque');
    write(join(opaque, IN_IMAGE, '.wh..wh..opq'), '');
    cpSync(repo, join(opaque, IN_IMAGE), { recursive: true });
    write(join(opaque, IN_IMAGE, 'refs/heads/extra'), `${'1'.repeat(64)}\n`);
    const last = at('layer-last');
    write(join(last, IN_IMAGE, 'refs/heads/.wh.extra'), '');
    const layout = makeOciLayout('whiteouts', [
      tarOf('old.tar', old),
      tarOf('opaque.tar', opaque),
      tarOf('last.tar', last),
    ]);
    await importAndRemove(layout, 'oci-layout');
    for (const ref of ['stale', 'extra']) {
      await expect(library.import({ path: layout, ref, name: 'two' })).rejects.toMatchObject({
        message: expect.stringContaining(`has no ref ${ref}`) as string,
        remedy: expect.stringMatching(/: ock\.$/) as string,
      });
    }
  });

  it('follows hard links to another repository in the same layer', async () => {
    const linked = at('layer-linked');
    cpSync(repo, join(linked, IN_IMAGE), { recursive: true });
    for (const directory of readdirSync(join(linked, IN_IMAGE, 'objects'))) {
      const from = join(linked, IN_IMAGE, 'objects', directory);
      const to = join(linked, 'ostree/img/objects', directory);
      mkdirSync(to, { recursive: true });
      for (const name of readdirSync(from))
        if (/\.(dirtree|dirmeta|commit)$/.test(name)) linkSync(join(from, name), join(to, name));
    }
    // The other repository comes first, so the served one holds only links.
    const tar = at('linked.tar');
    run('tar', '-C', linked, '-cf', tar, 'ostree', 'usr');
    await importAndRemove(makeOciLayout('linked', [tar]), 'oci-layout');
  });

  it('takes a tar of a repository, packed or not', async () => {
    await importAndRemove(tarOf('repo.tar', repo), 'repository-tar');
    const parent = at('repo-below.tar.zst');
    run('tar', '-C', place.path, '--zstd', '-cf', parent, 'repo');
    await importAndRemove(parent, 'repository-tar');
  });

  describe('refuses, and leaves nothing behind,', () => {
    async function refused(path: string, message: RegExp, ref?: string): Promise<void> {
      await expect(library.import({ path, name: 'bad', ref })).rejects.toMatchObject({
        code: 'image-invalid',
        message: expect.stringMatching(message) as string,
      });
      expect(namesIn(libraryAt)).toEqual(['ock']);
    }

    function broken(name: string, breakIt: (copy: string) => void): string {
      const copy = at(name);
      cpSync(repo, copy, { recursive: true });
      breakIt(copy);
      return copy;
    }

    const objectsOf = (root: string, kind: string): string[] =>
      run('find', join(root, 'objects'), '-name', `*.${kind}`, '-size', '+0').trim().split('\n').sort();

    it.each(['filez', 'dirtree', 'dirmeta', 'commit'])('a repository that lacks a %s', async (kind) => {
      const copy = broken(`lacks-${kind}`, (root) => rmSync(objectsOf(root, kind)[0] ?? ''));
      await refused(copy, new RegExp(`objects/../.*\\.${kind} is missing`));
    });

    it.each(['filez', 'dirtree', 'dirmeta', 'commit'])('a repository with a damaged %s', async (kind) => {
      const copy = broken(`damaged-${kind}`, (root) => {
        for (const path of objectsOf(root, kind).slice(0, 3)) {
          const bytes = readFileSync(path);
          bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 0x55, bytes.length - 3);
          writeFileSync(path, bytes);
        }
      });
      await refused(copy, /does not match its checksum/);
    });

    it('a large object that was cut short', async () => {
      const copy = broken('cut', (root) => {
        const [largest = ''] = run('find', join(root, 'objects'), '-size', '+900k').trim().split('\n');
        truncateSync(largest, 500_000);
      });
      await refused(copy, /does not match its checksum/);
    });

    it('a repository that cannot be served, or has no such ref', async () => {
      const bare = at('bare');
      run('ostree', `--repo=${bare}`, 'init', '--mode=bare-user');
      await refused(bare, /mode bare-user; only an archive/);
      await refused(repo, /has no ref other/, 'other');
      await refused(at('tree'), /neither an OSTree repository nor an OCI layout/);
    });

    it('an archive cut short', async () => {
      const tar = tarOf('short.tar', repo);
      truncateSync(tar, 700_001);
      await refused(tar, /not a complete tar/);
      run('gzip', '-k', '-f', at('repo.tar'));
      truncateSync(at('repo.tar.gz'), 500_000);
      await refused(at('repo.tar.gz'), /damaged or cut short/);
    });

    it('a layer that does not match its digest', async () => {
      const layout = at('tampered');
      cpSync(at('layout'), layout, { recursive: true });
      const blobs = join(layout, 'blobs/sha256');
      const [largest = ''] = run('ls', '-S', blobs).split('\n');
      const bytes = readFileSync(join(blobs, largest));
      bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
      writeFileSync(join(blobs, largest), bytes);
      await refused(layout, /does not match its digest/);
      renameSync(join(blobs, largest), join(blobs, 'elsewhere'));
      await refused(layout, /is missing in it/);
    });

    const transform = (from: string): string[] => ['--absolute-names', `--transform=flags=r;s,${from},`];
    it.each([
      [
        'an absolute path',
        /hostile path/,
        (): string => tarOf('absolute.tar', repo, ...transform('^\\./config$,/etc/config')),
      ],
      [
        'a path with ..',
        /hostile path/,
        (): string => tarOf('dots.tar', repo, ...transform('^\\./config$,./../config')),
      ],
      [
        'a symbolic link out of the repository',
        /points out of the repository/,
        (): string => {
          const copy = broken('link-out', (root) => symlinkSync('/etc', join(root, 'refs/heads/etc')));
          return tarOf('link-out.tar', copy);
        },
      ],
      [
        'a path through a symbolic link',
        /leads through a symbolic link/,
        (): string => {
          const copy = at('through');
          mkdirSync(copy);
          symlinkSync('refs', join(copy, 'objects'));
          const tar = tarOf('through.tar', repo, '--exclude=./objects');
          run('tar', '-C', copy, '-rf', tar, './objects');
          const [object = ''] = objectsOf(repo, 'filez');
          run('tar', '-C', repo, '-rf', tar, `.${object.slice(repo.length)}`);
          return tar;
        },
      ],
      [
        'a hard link to nothing in the archive',
        /hard link to .* not in the archive/,
        (): string => {
          const copy = broken('hard', (root) => linkSync(join(root, 'config'), join(root, 'summary.sig')));
          const tar = at('hard.tar');
          run('tar', '-C', copy, '-cf', tar, './summary.sig', './config', './objects', './refs');
          // Deleting the first name leaves the second as a link to nothing.
          run('tar', '--delete', '-f', tar, './summary.sig');
          const rest = at('hard-rest.tar');
          run('tar', '-C', repo, '-cf', rest, './config');
          run('tar', '-A', '-f', rest, tar);
          return rest;
        },
      ],
      [
        'a device',
        /device or pipe/,
        (): string => {
          const copy = broken('device', (root) => run('mkfifo', join(root, 'objects/pipe')));
          return tarOf('device.tar', copy);
        },
      ],
    ])('%s', async (_what, message, make) => {
      await refused(make(), message);
    });
  });
});
