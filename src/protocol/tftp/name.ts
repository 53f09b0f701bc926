const MAX_NAME = 255;

const DELETE = 0x7f;
const REPLACEMENT = 0xfffd;

/** Control characters could forge lines where names are shown; the replacement character marks bytes that are no UTF-8. */
function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === DELETE || unit === REPLACEMENT) return false;
  }
  return true;
}

/**
 * The id that a requested file name stands for: no leading slash, single forward slashes. undefined when the name tries
 * to leave the served set or is no name at all.
 *
 * shim asks for `//grubx64.efi` after joining paths, Windows-minded firmware writes backslashes, and tftp-hpa users type
 * a leading slash: all mean the same file.
 */
export function fileIdOf(filename: string): string | undefined {
  if (filename.length > MAX_NAME || !isPrintable(filename)) return undefined;
  const segments = filename.split(/[/\\]/).filter((segment) => segment !== '');
  if (segments.length === 0 || segments.some((segment) => segment === '.' || segment === '..'))
    return undefined;
  return segments.join('/');
}
