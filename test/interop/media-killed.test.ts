import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MediaLibrary } from '../../src/adapters/media/media-library.ts';
import { memoryMediaStore } from '../fakes/media-stores.ts';
import { IsoBuilder } from '../unit/protocol/iso9660/iso-builder.ts';
import { namesIn, workplace } from './media-tools.ts';

describe('an appliance killed in the middle of an import', () => {
  const place = workplace();
  afterAll(place.remove);

  it('has nothing half imported when it starts again', async () => {
    const directory = join(place.path, 'media');
    const file = join(place.path, 'large.iso');
    const data = randomBytes(20_000_000);
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`part-${index}`, { data }]));
    const images = {
      dir: {
        pxeboot: { dir: { vmlinuz: { data }, 'initrd.img': { data } } },
        'install.img': { data },
        ...many,
      },
    };
    writeFileSync(file, new IsoBuilder().build({ images }));

    const script = new URL('./media-killed-import.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, directory, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(said.toString()).not.toContain('done');
    expect(namesIn(directory)).toEqual([expect.stringMatching(/^\.staging-/)]);

    const library = new MediaLibrary({
      directory,
      store: memoryMediaStore(),
      clock: { now: () => 0 },
      reserve: 0,
    });
    expect(await library.start()).toEqual({ adopted: [], missing: [], foreign: [] });
    expect(namesIn(directory)).toEqual([]);
    await library.import({ file, name: 'killed' });
    expect(namesIn(directory)).toEqual(['killed']);
  });
});
