/**
 * Names of functions as a call stack shows them: what the function itself is called comes first and is never cut, and
 * one word says whose it is: `run · Vcpu` of `<kernel::riscv64::vcpu::Vcpu>::run`.
 */
import { shortenRustName } from '../symbols/lang/name';

/** Generic arguments longer than this say less than the room they take. */
const MOST_ARGUMENTS = 16;
/** Letters of the word that says whose a function is. */
const MOST_OWNER = 24;

/** The last part of names in Rust's older mangling. */
const LEGACY_HASH = /::h[0-9a-f]{16}$/;

const OPENING = '<({[';
const CLOSING = '>)}]';

/** Parts between `::` outside brackets. The arrows of `fn() -> T` and C++'s operators are no brackets. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < path.length; at++) {
    const letter = path.charAt(at);
    const operator = depth === 0 ? /^operator\s*(?:[<>=!+\-*/%^&|~,]+|\(\)|\[\])/.exec(path.slice(at, at + 16)) : null;
    if (operator !== null && !/\w/.test(path.charAt(at - 1))) at += operator[0].length - 1;
    else if (letter === '-' && path.charAt(at + 1) === '>') at++;
    else if (OPENING.includes(letter)) depth++;
    else if (CLOSING.includes(letter)) depth--;
    else if (depth === 0 && path.startsWith('::', at)) {
      segments.push(path.slice(from, at));
      from = at + 2;
      at++;
    }
  }
  segments.push(path.slice(from));
  return segments;
}

/** `{closure#0}`, `{shim:vtable#0}`: a part of the function before it. */
const isPartOfFunction = (segment: string): boolean => /^\{(?!impl#)/.test(segment);

/** Generic arguments between others, `spawn::<T>`; at the start of a path it is a type, `<T>::new`. */
const isArguments = (segment: string, at: number): boolean => at > 0 && segment.startsWith('<');

/** A segment with its generic arguments short, and without the parameters of C++. */
function withoutDetails(segment: string): string {
  const operator = /^operator\s*(?:[<>=!+\-*/%^&|~,]+|\(\)|\[\])/.exec(segment)?.[0] ?? '';
  const rest = segment.slice(operator.length);
  const name = operator + (/^[^<(]*/.exec(rest)?.[0] ?? '');
  const details = segment.slice(name.length);
  const end = /\+0x[0-9a-f]+$/.exec(details)?.[0] ?? '';
  return name + shortArguments(details.startsWith('<') ? details.slice(0, details.length - end.length) : '') + end;
}

function shortArguments(text: string): string {
  if (text === '') return '';
  const short = shortenRustName(text.replace(/\(.*$/s, ''));
  return short.length > MOST_ARGUMENTS ? '<…>' : short;
}

/** The name, then the word that says whose it is, if there is one. */
function partsOf(path: string): { readonly own: string; readonly owner: string | undefined } {
  const [head = '', ...tail] = segmentsOf(path.replace(LEGACY_HASH, ''));
  const all = [withoutReturnType(head), ...tail];
  const segments: string[] = [];
  for (const [at, segment] of all.entries()) {
    const last = segments.length - 1;
    if (isArguments(segment, at)) segments[last] = `${segments[last]}${segment}`;
    else if (isPartOfFunction(segment) && last >= 0) segments[last] = `${segments[last]}::${segment}`;
    else if (!segment.startsWith('{impl#')) segments.push(segment);
  }
  const function_ = segments.pop() ?? path;
  const part = /::\{[^{}]*\}.*$/s.exec(depthless(function_))?.[0] ?? '';
  const name = function_.slice(0, function_.length - part.length);
  return { own: withoutDetails(name) + part, owner: ownerOf(segments) };
}

/** What C++'s demangler puts before template functions: `int ns::max<int>(int, int)`. */
function withoutReturnType(segment: string): string {
  const at = segment.startsWith('operator') ? -1 : depthless(segment.replace(/\(.*$/s, '')).lastIndexOf(' ');
  return at < 0 || segment.startsWith('<') ? segment : segment.slice(at + 1);
}

/** The same text with what stands in angle brackets made `_`, so that positions stay. */
function depthless(text: string): string {
  let depth = 0;
  return [...text]
    .map((letter) => {
      if (letter === '<') depth++;
      const shown = depth === 0 ? letter : '_';
      if (letter === '>' && depth > 0) depth--;
      return shown;
    })
    .join('');
}

/** The type, which has an upper-case name or stands in angle brackets; else the crate or namespace. */
function ownerOf(segments: readonly string[]): string | undefined {
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const isType = last.startsWith('<') || /^\p{Lu}/u.test(last) || last.includes('::{');
  return cut(isType ? typeName(last) : first);
}

function typeName(segment: string): string {
  const inner = /^<(.*)>$/s.exec(segment)?.[1];
  if (inner === undefined) return segment.includes('::{') ? partsOf(segment).own : (/^[^<(]*/.exec(segment)?.[0] ?? '');
  const type = beforeAs(inner);
  // A closure, or another function's part, as the type.
  if (/\{[^{}]*\}$/.test(type)) return partsOf(type).own;
  return shortenRustName(type).replace(/^([\w:]+)<.*>$/s, '$1');
}

/** `T` of `T as Trait`. */
function beforeAs(text: string): string {
  const at = depthless(text).indexOf(' as ');
  return at < 0 ? text : text.slice(0, at);
}

const cut = (text: string): string => (text.length > MOST_OWNER ? `${text.slice(0, MOST_OWNER - 1)}…` : text);

/** A function's name as the call stack shows it. */
export function shortFunctionName(name: string): string {
  const { own, owner } = partsOf(name);
  return owner === undefined ? own : `${own} · ${owner}`;
}
