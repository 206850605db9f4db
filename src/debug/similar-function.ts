/** What somebody may have meant who named a function that there is not. */
import { nearest } from '../base/nearest';
import type { ImageSet } from './images';

/** The hash that Rust's older mangling appends. */
const HASH = /::h[0-9a-f]{16}$/;

/** The name, with as many parts of its path, of the function that is written most alike; `undefined` when none is. */
export function similarFunction(images: ImageSet, name: string): string | undefined {
  const parts = name.split('::').length;
  const names = new Set<string>();
  for (const { program } of images.all) {
    for (const { kind, demangled } of program.elf.symbols) {
      if (kind !== 'function') continue;
      const path = demangled.replace(HASH, '').replace(/[<>]/g, '').split('::');
      const tail = path.slice(-parts).join('::');
      if (path.length >= parts && /^[\w:.$]+$/.test(tail)) names.add(tail);
    }
  }
  const similar = nearest(name, names);
  return images.all.some(({ program }) => similar !== undefined && program.functions(similar).length > 0)
    ? similar
    : undefined;
}
