/**
 * How names are asked for, in breakpoints and in watch expressions:
 * an exact name, the last segments of a path (`Queue::push`), either without generic arguments, a pattern where `*`
 * stands for anything, or `/regular expression/`.
 */
export function nameMatcher(query: string | RegExp): (name: string) => boolean {
  if (query instanceof RegExp) return regexMatcher(query);
  const text = query.trim();
  const slashed = /^\/(.+)\/([imsu]*)$/s.exec(text);
  if (slashed !== null) {
    try {
      return regexMatcher(new RegExp(slashed[1] ?? '', slashed[2]));
    } catch {
      return () => false;
    }
  }
  if (text === '') return () => false;
  if (isGlob(text)) {
    const glob = new RegExp(`^(?:.*::)?${text.split('*').map(escapeRegex).join('.*')}$`, 's');
    return (name) => glob.test(name) || glob.test(withoutGenerics(name));
  }
  const tail = `::${text}`;
  // The last word decides for nearly all names; the rest is looked at only where it occurs.
  const word = /[\w$]+(?=\W*$)/.exec(withoutGenerics(text))?.[0] ?? text;
  return (name) => {
    if (!name.includes(word)) return false;
    if (name === text || name.endsWith(tail)) return true;
    return plainForms(name).some((form) => form === text || form.endsWith(tail));
  };
}

/** A star that is not Rust's raw pointer, as in `<*const T>::add`. */
function isGlob(text: string): boolean {
  return /\*(?!const |mut )/.test(text);
}

function regexMatcher(regex: RegExp): (name: string) => boolean {
  const plain = new RegExp(regex.source, regex.flags.replace(/[gy]/g, ''));
  return (name) => plain.test(name);
}

const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * The names a person may write for one a compiler wrote: without generic arguments, and for
 * `<Type as Trait>::method` both `Type::method` and `Trait::method`.
 */
export function plainForms(name: string): string[] {
  const qualified = splitQualified(name);
  if (qualified === undefined) return [withoutGenerics(name)];
  return [qualified.type, qualified.trait]
    .filter((part): part is string => part !== undefined)
    .map((part) => withoutGenerics(part) + withoutGenerics(qualified.rest));
}

interface Qualified {
  readonly type: string;
  readonly trait: string | undefined;
  readonly rest: string;
}

/** Takes `<Type as Trait>::rest` or `<Type>::rest` apart. */
function splitQualified(name: string): Qualified | undefined {
  if (!name.startsWith('<')) return undefined;
  const close = closingAngle(name, 0);
  if (close === undefined) return undefined;
  const inside = name.slice(1, close);
  const rest = name.slice(close + 1);
  let depth = 0;
  for (let i = 0; i < inside.length; i++) {
    depth += angleStep(inside, i);
    if (depth === 0 && inside.startsWith(' as ', i)) {
      return { type: inside.slice(0, i), trait: inside.slice(i + 4), rest };
    }
  }
  return { type: inside, trait: undefined, rest };
}

/** +1 for `<`, -1 for `>` that is not part of `->`. */
function angleStep(text: string, i: number): number {
  if (text[i] === '<') return 1;
  return text[i] === '>' && text[i - 1] !== '-' ? -1 : 0;
}

function closingAngle(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    depth += angleStep(text, i);
    if (depth === 0 && i > open) return i;
  }
  return undefined;
}

/** Drops `<...>` and the `::` before a turbofish. */
export function withoutGenerics(name: string): string {
  if (!name.includes('<')) return name;
  let out = '';
  let depth = 0;
  for (let i = 0; i < name.length; i++) {
    const step = angleStep(name, i);
    if (step === 1 && depth === 0 && out.endsWith('::')) out = out.slice(0, -2);
    if (step === 0 && depth === 0) out += name[i];
    depth = Math.max(0, depth + step);
  }
  return out;
}
