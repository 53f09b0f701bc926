import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openFileContent } from '../../src/adapters/tftp/file-content.ts';
import { TftpServer } from '../../src/adapters/tftp/server.ts';
import { parseIpv4 } from '../../src/protocol/address/ipv4.ts';

/**
 * A server process for the clients of the interop suite and the bench, which run in namespaces of their own:
 * `node tftp-server.ts ADDRESS PORT FOLDER`. A name under `memory/` is served from memory. Says `ready` on stdout, then each event as a line of JSON.
 */
const [, , addressText = '', port = '69', folder = '.'] = process.argv;
const address = parseIpv4(addressText);
if (address === undefined) throw new Error(`not an IPv4 address: ${addressText}`);

const memory = new Map<string, Buffer>();
function held(name: string): Buffer {
  const bytes = memory.get(name) ?? readFileSync(join(folder, name));
  memory.set(name, bytes);
  return bytes;
}

const server = await TftpServer.open({
  address,
  port: Number(port),
  source: {
    open: async ({ path }) => {
      if (path.startsWith('memory/')) return { kind: 'bytes', bytes: held(path.slice('memory/'.length)) };
      const file = join(folder, path);
      return statSync(file, { throwIfNoEntry: false })?.isFile() === true
        ? openFileContent(file)
        : { kind: 'refused', reason: 'not-found', message: 'no such file' };
    },
  },
  onTransfer: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
process.stdout.write(`ready ${server.port}\n`);
process.once('SIGTERM', () => {
  void server.close().then(() => {
    process.stdout.write(`${JSON.stringify({ kind: 'counters', ...server.counters })}\n`);
    process.exit(0);
  });
});
