/** Completions for the Debug Console: fields after a dot, registers after `$`, names in scope, statics and functions. */
import { membersOf } from '../symbols/lang/access';
import { shortTypeName } from '../symbols/lang/name';
import { type NamedMatch, namesLike } from './completion-names';
import { ExpressionError } from './expression/ast';
import { type EvaluationScope, variablesInScope } from './expression/scope';
import type { DebugTarget } from './target';

/** A proposal: it replaces the last `replace` characters. */
export interface Completion {
  readonly label: string;
  readonly kind: 'field' | 'variable' | 'function' | 'property' | 'module' | 'keyword';
  readonly detail: string | undefined;
  readonly replace: number;
  /** Smaller ones first; then by label. */
  readonly rank: number;
}

/** Names of the Rust distribution. */
const isLibraryName = (path: string): boolean => /^(?:core|alloc|std|compiler_builtins)::/.test(path);

/** What is nearest comes first. */
const RANKS = { local: 0, own: 1, other: 2, library: 3, register: 4 } as const;

/** Clients ask at the first letter and choose among the answers while more is typed: all must be there. */
const MOST = 2000;

/** Proposals for the text up to the cursor. */
export function completions(target: DebugTarget, scope: EvaluationScope, text: string): Completion[] {
  const register = /\$(\w*)$/.exec(text);
  if (register !== null) return registers(scope, register[1] ?? '', '$');
  const member = /^(.*?)((?:\.|->))(\w*)$/s.exec(text);
  if (member?.[1] !== undefined && member[1].trim() !== '' && !/\d$/.test(member[1]))
    return fields(target, scope, member[1], member[3] ?? '');
  const word = /[\p{L}_][\p{L}\p{N}_:]*$/u.exec(text)?.[0] ?? '';
  const isMine = (name: string) => name.toLowerCase().startsWith(word.toLowerCase());
  const locals = (scope.frame === undefined ? [] : variablesInScope(scope.frame))
    .filter((one) => isMine(one.name))
    .map((one) => ({
      label: one.name,
      kind: 'variable' as const,
      detail: one.type.shortName,
      replace: word.length,
      rank: RANKS.local,
    }));
  const symbols = word === '' ? [] : named(target, scope, word, new Set(locals.map(({ label }) => label)));
  return [...locals, ...symbols, ...registers(scope, word, '')].slice(0, MOST);
}

function registers(scope: EvaluationScope, prefix: string, sign: string): Completion[] {
  return scope.machine.isa.registers
    .flatMap((spec) => [...spec.aliases.slice(0, 1), spec.name].map((name) => ({ name, spec })))
    .filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()))
    .slice(0, MOST)
    .map(({ name, spec }) => ({
      label: sign + name,
      kind: 'property',
      detail: spec.doc,
      replace: prefix.length + sign.length,
      rank: RANKS.register,
    }));
}

function fields(target: DebugTarget, scope: EvaluationScope, object: string, prefix: string): Completion[] {
  // Only the operand right before the dot matters: `a + b.` completes b.
  const tail = /(?:[\p{L}_$][\p{L}\p{N}_:]*|\)|\])(?:(?:\.|->)\w+|\[[^\]]*\])*$/u.exec(object)?.[0] ?? object;
  for (const expression of tail === object ? [object] : [object, tail]) {
    try {
      const operand = target.values.operand(expression, scope);
      if (operand.kind !== 'value') return [];
      return membersOf(operand.value)
        .filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()))
        .slice(0, MOST)
        .map(({ name, value }, at) => ({
          label: name,
          kind: 'field',
          detail: shortTypeName(value.type),
          replace: prefix.length,
          // In the order of the source.
          rank: at,
        }));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
    }
  }
  return [];
}

/** Statics, functions and modules. A short name goes to what an expression takes it for; others keep their path. */
function named(target: DebugTarget, scope: EvaluationScope, word: string, taken: Set<string>): Completion[] {
  const own = scope.frame?.physical.image;
  const crate = scope.frame?.name.replace(/^</, '').split('::')[0] ?? '';
  const rankOf = ({ path, image }: NamedMatch): number => {
    if (isLibraryName(path)) return RANKS.library;
    return image === own && path.startsWith(`${crate}::`) ? RANKS.own : RANKS.other;
  };
  const found = [...target.images.all]
    .sort((one, other) => Number(other === own) - Number(one === own))
    .flatMap((image) => namesLike(image, word))
    .map((match) => ({ match, rank: rankOf(match) }))
    .sort((one, other) => one.rank - other.rank);
  const labels = new Set(taken);
  return found.flatMap(({ match, rank }) => {
    const label = labels.has(match.label) ? match.path : match.label;
    if (labels.has(label)) return [];
    labels.add(label);
    const detail = detailOf(match);
    return [{ label, kind: match.kind, detail: detail === label ? undefined : detail, replace: word.length, rank }];
  });
}

function detailOf({ kind, image, symbol, path }: NamedMatch): string | undefined {
  if (kind === 'module') return image.name;
  if (kind === 'function') return path;
  const type = image.program.globalAt(symbol.address)?.type;
  return type === undefined ? path : `${shortTypeName(type)} · ${path}`;
}
