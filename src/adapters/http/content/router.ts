import { Router } from 'express';
import { sendText, serveFile } from './serve-file.ts';
import type { FileLibrary } from './served-file.ts';

/** `GET /media/NAME/PATH`: the trees of installer media. */
export function mediaRouter(library: FileLibrary): Router {
  return contentRouter('media', library);
}

/** `GET /images/NAME/PATH`: OSTree repositories; `/images/NAME` is the URL for `ostreesetup`. */
export function imageRouter(library: FileLibrary): Router {
  return contentRouter('images', library);
}

function contentRouter(prefix: string, library: FileLibrary): Router {
  const router = Router({ caseSensitive: true });
  router.use((req, _res, next) => {
    // UEFI firmware joins URLs with two slashes, and a redirect to the clean one stops it (tinkerbell/smee#229).
    req.url = collapseSlashes(req.url);
    next();
  });
  router.all(`/${prefix}/:name/{*path}`, async (req, res) => {
    const { name, path } = req.params;
    const file = Array.isArray(path) ? await library.openFile(name, path.join('/')) : undefined;
    if (file === undefined) sendText(res, 404, 'There is no such file.\n');
    else await serveFile(req, res, file);
  });
  return router;
}

/** Makes every run of slashes in the path one; the query stays as it is. */
export function collapseSlashes(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  return path.replace(/\/{2,}/g, '/') + url.slice(path.length);
}
