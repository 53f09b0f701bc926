// Plays a fleet inside a namespace: `node test/fleet/simulator-main.ts OPTIONS`, with the options of `simulation.ts` as JSON.
// Prints the result as one line of JSON, and keeps the cluster's API up until it is told to end.
import { simulate } from './simulation.ts';
import type { SimulationOptions } from './simulation.ts';

const [text] = process.argv.slice(2);
if (text === undefined) throw new Error('options are missing');
process.once('SIGTERM', () => process.exit(0));
const result = await simulate(JSON.parse(text) as SimulationOptions);
process.stdout.write(`${JSON.stringify(result)}\n`);
// The parent may be gone without having said so.
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
