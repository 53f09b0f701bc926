import { z } from 'zod';
import { Problem } from '../../../../domain/error/problem.ts';
import { route } from '../route.ts';
import type { Call, Route } from '../route.ts';
import type { ImageOrder, Library, MediumOrder, Services } from '../services.ts';
import { streamImport } from '../import-stream.ts';
import { receiveUpload } from '../upload.ts';
import { listQuery } from './shared-input.ts';

const path = z.string().min(1).max(4096).startsWith('/', 'must be an absolute path');
const name = z.string().min(1).max(64);
const recordSchema = z.looseObject({ name: z.string() });
const OCTETS = 'application/octet-stream';
const PROGRESS = 'application/x-ndjson';

const mediumImport = z.strictObject({ path, name: name.optional(), all: z.boolean().optional() });
const imageImport = z.strictObject({
  path,
  ref: z.string().min(1).max(256).optional(),
  name: name.optional(),
});

/**
 * Installer media and images. An import answers at once and goes on with lines of JSON: `{"progress": …}` while it runs,
 * then one `{"result": …}` or `{"error": …}`.
 */
export function mediaRoutes(services: Pick<Services, 'media' | 'images' | 'uploads'>): readonly Route[] {
  const { media, images, uploads } = services;
  return [
    ...libraryRoutes('media', 'media-not-found', media),
    route({
      method: 'post',
      path: '/api/v1/media',
      permission: 'write',
      summary: 'Imports an installer ISO from a path of the appliance (over its UNIX socket only).',
      body: mediumImport,
      answer: { status: 200, contentType: PROGRESS },
      handle: (call) => {
        checkLocal(call);
        const { path: file, ...order } = call.body;
        return streamImport(call.request, call.response, (watch) =>
          media.import({ file, ...order, ...watch }),
        );
      },
    }),
    route({
      method: 'put',
      path: '/api/v1/media/:name',
      permission: 'write',
      summary: 'Imports an installer ISO that is the body.',
      query: listQuery({ all: z.stringbool().optional() }),
      rawBody: [OCTETS],
      answer: { status: 200, contentType: PROGRESS },
      handle: async ({ request, response, query, param }) => {
        const order = { name: param('name'), all: query.all };
        const upload = await receiveUpload(request, uploads);
        await streamImport(request, response, (watch) =>
          media
            .import({ file: upload.file, ...order, ...watch } satisfies MediumOrder)
            .finally(() => upload.discard()),
        );
      },
    }),
    ...libraryRoutes('images', 'image-not-found', images),
    route({
      method: 'post',
      path: '/api/v1/images',
      permission: 'write',
      summary:
        'Imports an OSTree archive or an OCI archive from a path of the appliance (over its UNIX socket only).',
      body: imageImport,
      answer: { status: 200, contentType: PROGRESS },
      handle: (call) => {
        checkLocal(call);
        return streamImport(call.request, call.response, (watch) =>
          images.import({ ...call.body, ...watch } satisfies ImageOrder),
        );
      },
    }),
  ];
}

function libraryRoutes<T, Order>(
  noun: 'media' | 'images',
  notFound: 'media-not-found' | 'image-not-found',
  library: Library<T, Order>,
): readonly Route[] {
  const missing = (wanted: string): Problem =>
    new Problem(notFound, `There is nothing named "${wanted.slice(0, 80)}" in ${noun}.`);
  return [
    route({
      method: 'get',
      path: `/api/v1/${noun}`,
      permission: 'read',
      summary: `All ${noun}, by name.`,
      answer: { schema: z.array(recordSchema) },
      handle: () => library.list(),
    }),
    route({
      method: 'get',
      path: `/api/v1/${noun}/:name`,
      permission: 'read',
      summary: `One of the ${noun}.`,
      answer: { schema: recordSchema },
      handle: ({ param }) => {
        const found = library.get(param('name'));
        if (found === undefined) throw missing(param('name'));
        return found;
      },
    }),
    route({
      method: 'delete',
      path: `/api/v1/${noun}/:name`,
      permission: 'write',
      summary: `Removes one of the ${noun} with its files.`,
      handle: async ({ param }) => {
        if (!(await library.remove(param('name')))) throw missing(param('name'));
      },
    }),
  ];
}

/** A path from afar would let a token read any file the appliance can, or learn which exist. */
function checkLocal(call: Call<unknown, unknown>): void {
  if (call.principal?.via === 'socket') return;
  throw new Problem('forbidden', 'Paths on the appliance can be imported from the appliance itself only.', {
    remedy: 'Run the command on the appliance, or upload the file.',
  });
}
