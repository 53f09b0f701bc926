import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input, which is otherwise closed. */
  readonly input?: string;
}

/** Runs a command given as an argument array and answers its standard output; its whole output is in the error. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const both: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    both.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => both.push(chunk));
  child.on('error', reject);
  child.on('close', (code, signal) => {
    if (code === 0) {
      resolve(Buffer.concat(stdout).toString());
      return;
    }
    const output = Buffer.concat(both).toString().slice(-4000);
    reject(new Error(`${command} ${args.join(' ')}: ${signal ?? `exit ${code ?? '?'}`}\n${output}`));
  });
  // A command that ends before it reads its input would otherwise end this process with EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return promise;
}

/**
 * Runs a command inside a tree, with mounts and processes that vanish with it: a private mount namespace and a PID
 * namespace whose first process is the command, so that nothing survives a builder that was killed.
 */
export async function runInTree(root: string, command: string, args: readonly string[]): Promise<string> {
  return run(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', '--', 'chroot', root, command, ...args],
    { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/root' } },
  );
}
