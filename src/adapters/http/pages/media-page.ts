import type { RequestHandler } from 'express';
import { bytes, moment } from '../../../web/amount.ts';
import type { PagesDependencies } from './dependencies.ts';
import type { Views } from './views.ts';

/** `/media`: what can be installed. */
export function mediaPage({ services }: PagesDependencies, views: Views): RequestHandler {
  return async (_req, res) => {
    const media = services.media.list().map((medium) => ({
      name: medium.name,
      system: [medium.family, medium.version].filter((part) => part !== undefined).join(' ') || medium.label,
      architecture: medium.architecture,
      size: bytes(medium.isoSize),
      checked: medium.selfChecked ? 'by its own checksum' : 'no checksum in it',
      imported: moment(medium.importedAt),
    }));
    const images = services.images.list().map((image) => ({
      name: image.name,
      ref: image.ref,
      version: image.version ?? '–',
      commit: image.commit.slice(0, 12),
      size: bytes(image.size),
      imported: moment(image.importedAt),
    }));
    await views.send(res, { view: 'media', title: 'Media', here: '/media', values: { media, images } });
  };
}
