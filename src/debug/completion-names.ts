/**
 * Which statics, functions and modules complete a typed name. People type a name's end (`MES` for `msgqueue::MESSAGES`,
 * `thread::yi`), as expressions take it, or its path from the start.
 */
import { plainForms } from '../symbols/pattern';
import type { ElfSymbol } from '../symbols/types';
import type { Image } from './images';

/** A name that completes what was typed. */
export interface NamedMatch {
  /** What is inserted: the shortest end of the path that continues the typed text. */
  readonly label: string;
  readonly path: string;
  readonly kind: 'variable' | 'function' | 'module';
  readonly image: Image;
  readonly symbol: ElfSymbol;
}

const isPrefix = (part: string, whole: string): boolean => whole.toLowerCase().startsWith(part.toLowerCase());

/** Whether the segments begin with the typed ones, the last of which is unfinished. */
const isContinued = (typed: readonly string[], segments: readonly string[]): boolean =>
  typed.length <= segments.length &&
  typed.every((part, at) => {
    const segment = segments[at] ?? '';
    return at === typed.length - 1 ? isPrefix(part, segment) : part === segment;
  });

/** The label under which a path completes the typed segments, or `undefined`. */
function labelOf(path: readonly string[], typed: readonly string[]): string | undefined {
  const end = path.slice(-typed.length);
  if (isContinued(typed, end)) return end.join('::');
  // `Virt` for `VirtualMachine::run`: methods are known with their type.
  const owner = path.slice(-2);
  return /^\p{Lu}/u.test(owner[0] ?? '') && isContinued(typed, owner) ? owner.join('::') : undefined;
}

/** The next step of a path from its start: `msgqueue::fl` goes on as `msgqueue::flash::`. */
function moduleOf(path: readonly string[], typed: readonly string[]): string | undefined {
  const isOpen = path.length > typed.length && isContinued(typed, path);
  const steps = path.slice(0, typed.length);
  return isOpen && !/^\p{Lu}/u.test(steps.at(-1) ?? '') ? `${steps.join('::')}::` : undefined;
}

/** Names of an image's symbols that continue the typed text; the same label comes with each path that it may mean. */
export function namesLike(image: Image, typed: string): NamedMatch[] {
  const parts = typed.split('::');
  const found: NamedMatch[] = [];
  const modules = new Set<string>();
  for (const symbol of image.program.elf.symbols) {
    const kind = symbol.kind === 'object' ? 'variable' : symbol.kind === 'function' ? 'function' : undefined;
    if (kind === undefined || /[{]/.test(symbol.demangled)) continue;
    const [path = ''] = symbol.demangled.includes('<') ? plainForms(symbol.demangled) : [symbol.demangled];
    if (/[<>\s&*]/.test(path) || path === '') continue;
    const segments = path.split('::');
    const label = labelOf(segments, parts);
    if (label !== undefined) found.push({ label, path, kind, image, symbol });
    const module = moduleOf(segments, parts);
    if (module === undefined || modules.has(module)) continue;
    modules.add(module);
    found.push({ label: module, path: module, kind: 'module', image, symbol });
  }
  return found;
}
