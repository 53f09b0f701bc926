import { buildAssets } from './assets.ts';

// Prints where the assets are, as JSON on standard output.
console.log(JSON.stringify(await buildAssets(), null, 2));
