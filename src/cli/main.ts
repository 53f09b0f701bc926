import { processCli } from './cli.ts';
import { processTerminal } from './process-terminal.ts';
import { run } from './run.ts';

// The exit code is set and not forced: what was written to a pipe must reach its reader first.
process.exitCode = await run(processCli(processTerminal(), process.env), process.argv.slice(2));
