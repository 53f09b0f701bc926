import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Addon, Manifest, ManifestReference } from './manifest.ts';

/**
 * Remembers in the cluster itself what was put there. With it a restart of the appliance changes nothing that an
 * administrator has changed since, and a newer appliance with other manifests applies them.
 */
export const MARKER: ManifestReference = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'hearth-addons', namespace: 'kube-system' },
};

export function markerOf(addons: readonly Addon[]): Manifest {
  const titles = addons.map(({ name }) => name).join(',');
  return { ...MARKER, data: { addons: titles, fingerprint: fingerprintOf(addons) } };
}

export function isMarkedBy(marker: unknown, addons: readonly Addon[]): boolean {
  const data = typeof marker === 'object' && marker !== null && 'data' in marker ? marker.data : undefined;
  return (
    typeof data === 'object' &&
    data !== null &&
    'fingerprint' in data &&
    data.fingerprint === fingerprintOf(addons)
  );
}

function fingerprintOf(addons: readonly Addon[]): string {
  const manifests = addons.flatMap((addon) => addon.manifests);
  return createHash('sha256')
    .update(Buffer.from(JSON.stringify(manifests), 'utf8'))
    .digest('hex');
}
