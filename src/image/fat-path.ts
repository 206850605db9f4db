/** Paths inside a FAT image: absolute, with slashes, e.g. `/sbin/origin`. */
import { t } from '../base/l10n';
import { ImageError } from './image-error';

/** UTF-16 units that FAT's long names hold. */
const LONGEST_NAME = 255;
const LONGEST_PATH = 1024;
const FORBIDDEN = '"*:<>?\\|';

/**
 * The names in a path; none for the root.
 * @throws ImageError when FAT cannot hold a name
 */
export function pathNames(path: string): readonly string[] {
  if (!path.startsWith('/')) {
    throw new ImageError(
      t`"${path}" is no path inside an image. Start it with a slash, for example /${path || 'sbin'}.`,
    );
  }
  if (path.length > LONGEST_PATH) {
    throw new ImageError(t`"${path.slice(0, 40)}…" is longer than ${LONGEST_PATH} characters. Use a shorter path.`);
  }
  const names = path.split('/').slice(1);
  if (names.at(-1) === '') names.pop();
  for (const name of names) {
    const problem = nameProblem(name);
    if (problem !== undefined) throw new ImageError(t`"${path}": ${problem}.`);
  }
  return names;
}

/** The names in the path of a file: not the root, no slash at its end. */
export function fileNames(path: string): readonly string[] {
  const names = pathNames(path);
  if (names.length > 0 && !path.endsWith('/')) return names;
  throw new ImageError(
    t`"${path}" is a folder of the image. Name a file in it, for example ${joinPath([...names, 'init'])}.`,
  );
}

/** The path of these names. */
export const joinPath = (names: readonly string[]): string => `/${names.join('/')}`;

/**
 * A name as FAT compares it: case does not matter.
 * Letters that become two (ß) stay as they are, as FAT's tables map one unit to one unit.
 */
export const foldCase = (name: string): string =>
  [...name]
    .map((letter) => {
      const upper = letter.toUpperCase();
      return upper.length === letter.length ? upper : letter;
    })
    .join('');

function nameProblem(name: string): string | undefined {
  if (name === '') return t`two slashes follow each other. Write one`;
  if (name === '.' || name === '..') return t`"${name}" cannot be used here. Write the path without it`;
  const forbidden = [...name].find((letter) => FORBIDDEN.includes(letter) || letter < ' ' || letter === '\x7f');
  if (forbidden !== undefined) {
    return t`a name on a FAT disk must not hold ${JSON.stringify(forbidden)}. Use another name`;
  }
  if (/[. ]$/.test(name)) {
    return name.endsWith('.')
      ? t`"${name}" ends in a dot, which FAT drops`
      : t`"${name}" ends in a blank, which FAT drops`;
  }
  if (/\p{Surrogate}/u.test(name)) return t`a name is not valid Unicode. Use another name`;
  if (name.length > LONGEST_NAME) return t`a name has ${name.length} characters, and FAT holds ${LONGEST_NAME}`;
  return undefined;
}
