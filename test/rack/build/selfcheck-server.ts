// A stand-in for the appliance, for checking the virtual rack without it: the boot script, the installer's tree, the
// OSTree repository, a kickstart and an Ignition config on one port. Started inside the rack's namespace by selfcheck.ts.
import { createReadStream, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import { bootScript, ignition, kickstart } from './selfcheck-fixtures.ts';

const [address = '', port = '', isoTree = '', ockRepo = '', firstStage = ''] = process.argv.slice(2);
const trees = new Map([
  ['iso', isoTree],
  ['ostree', ockRepo],
  ['first-stage', firstStage],
]);
const origin = `http://${address}:${port}`;
const installed = new Set<string>();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', origin);
  const [, area = '', ...rest] = url.pathname.split('/');
  const mac = url.searchParams.get('mac') ?? '';
  const firmware = (url.searchParams.get('firmware') ?? '').endsWith('bios') ? 'bios' : 'uefi';
  const tree = trees.get(area);
  if (area !== 'ostree') console.log(`${request.method ?? ''} ${request.url ?? ''}`);
  if (tree !== undefined) sendFile(response, join(tree, normalize(`/${rest.join('/')}`)));
  else if (area === 'boot.ipxe') sendText(response, bootScript(origin, mac, firmware, installed.has(mac)));
  else if (area === 'ks.cfg') sendText(response, kickstart(origin, mac, firmware));
  else if (area === 'config.ign') sendText(response, ignition(mac));
  else if (area === 'installed') {
    installed.add(mac);
    sendText(response, 'ok\n');
  } else {
    response.writeHead(404).end();
  }
});

function sendText(response: ServerResponse, text: string): void {
  response.end(text);
}

function sendFile(response: ServerResponse, path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-length': size });
  createReadStream(path).pipe(response);
}

server.listen(Number(port), address, () => console.log('listening'));
