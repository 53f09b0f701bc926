import { Problem } from '../error/problem.ts';
import type { Image } from './image.ts';
import type { Medium } from './medium.ts';

interface Words {
  readonly noun: string;
  readonly notFound: 'media-not-found' | 'image-not-found';
  readonly none: string;
}

const MEDIUM: Words = {
  noun: 'installer medium',
  notFound: 'media-not-found',
  none: 'Import one with `hearth media import FILE.iso`.',
};

const IMAGE: Words = {
  noun: 'image',
  notFound: 'image-not-found',
  none: 'Import one with `hearth image import PATH`.',
};

/**
 * The medium that was named, or the only one there is.
 *
 * @throws Problem `media-not-found`, or `ambiguous-default` listing the names
 */
export function chooseMedium(media: readonly Medium[], name?: string): Medium {
  return choose(media, name, MEDIUM);
}

/**
 * The image that was named, or the only one there is.
 *
 * @throws Problem `image-not-found`, or `ambiguous-default` listing the names
 */
export function chooseImage(images: readonly Image[], name?: string): Image {
  return choose(images, name, IMAGE);
}

function choose<T extends { readonly name: string }>(
  all: readonly T[],
  name: string | undefined,
  words: Words,
): T {
  const names = all.map((one) => one.name).sort();
  if (name !== undefined) {
    const named = all.find((one) => one.name === name);
    if (named !== undefined) return named;
    throw new Problem(
      words.notFound,
      `There is no ${words.noun} named ${name}.`,
      names.length === 0 ? { remedy: words.none } : { remedy: `Name one of: ${names.join(', ')}.` },
    );
  }
  const [only, ...others] = all;
  if (only === undefined)
    throw new Problem(words.notFound, `There is no ${words.noun} yet.`, { remedy: words.none });
  if (others.length === 0) return only;
  throw new Problem('ambiguous-default', `There is more than one ${words.noun}: ${names.join(', ')}.`, {
    remedy: `Name one of: ${names.join(', ')}.`,
  });
}
