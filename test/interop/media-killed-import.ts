import { MediaLibrary } from '../../src/adapters/media/media-library.ts';
import { memoryMediaStore } from '../fakes/media-stores.ts';

/** Started by media-killed.test.ts, which kills it: imports the ISO and says when it is at it. */
const [, , directory = '', file = ''] = process.argv;
const library = new MediaLibrary({
  directory,
  store: memoryMediaStore(),
  clock: { now: () => 0 },
  reserve: 0,
});
await library.start();
await library.import({
  file,
  name: 'killed',
  progress: ({ phase }) => {
    if (phase === 'extracting') process.stdout.write('extracting\n');
  },
});
process.stdout.write('done\n');
