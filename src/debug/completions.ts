/** Completions for the Debug Console: fields after a dot, registers after `$`, names in scope, statics and functions. */
import { pointeeOf } from '../symbols/lang/access';
import { present } from '../symbols/lang/present';
import type { Presented, Value } from '../symbols/lang/value';
import { ExpressionError } from './expression/ast';
import { type EvaluationScope, variablesInScope } from './expression/scope';
import type { DebugTarget } from './target';

/** A proposal: it replaces the last `replace` characters. */
export interface Completion {
  readonly label: string;
  readonly kind: 'field' | 'variable' | 'function' | 'property' | 'keyword';
  readonly detail: string | undefined;
  readonly replace: number;
}

const MOST = 200;

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
    .map((one) => ({ label: one.name, kind: 'variable' as const, detail: one.type.shortName, replace: word.length }));
  const plain = registers(scope, word, '');
  if (word.length < 2) return [...locals, ...plain].slice(0, MOST);
  return [...locals, ...symbols(target, word), ...plain].slice(0, MOST);
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
    }));
}

function fields(target: DebugTarget, scope: EvaluationScope, object: string, prefix: string): Completion[] {
  // Only the operand right before the dot matters: `a + b.` completes b.
  const tail = /(?:[\p{L}_$][\p{L}\p{N}_:]*|\)|\])(?:(?:\.|->)\w+|\[[^\]]*\])*$/u.exec(object)?.[0] ?? object;
  for (const expression of tail === object ? [object] : [object, tail]) {
    try {
      const operand = target.operand(expression, scope);
      if (operand.kind !== 'value') return [];
      const shown = withFields(operand.value);
      return shown.childrenRange(0, Math.min(shown.namedCount, MOST)).flatMap((child) => {
        const name = /^\.(\w+)$/.exec(child.evaluateSuffix ?? '')?.[1];
        return name?.startsWith(prefix) === true
          ? [{ label: name, kind: 'field' as const, detail: child.value.type.shortName, replace: prefix.length }]
          : [];
      });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
    }
  }
  return [];
}

/** What a dot reaches: the value's own fields, or those behind pointers and boxes. */
function withFields(value: Value): Presented {
  let at: Value = value;
  for (let depth = 0; depth < 8; depth++) {
    const shown = present(at);
    const first = shown.childrenRange(0, 1)[0];
    const inner = first?.evaluateSuffix === '*' ? pointeeOf(at) : undefined;
    if (inner === undefined || typeof inner === 'string') return shown;
    at = inner;
  }
  return present(at);
}

function symbols(target: DebugTarget, word: string): Completion[] {
  const found = new Map<string, Completion>();
  for (const image of target.images.all) {
    for (const symbol of image.program.elf.symbols) {
      if (found.size >= MOST) break;
      if (symbol.kind !== 'object' && symbol.kind !== 'function') continue;
      const name = symbol.demangled;
      if (!name.startsWith(word) || name.includes('<') || name.includes('{')) continue;
      const kind = symbol.kind === 'object' ? 'variable' : 'function';
      found.set(name, { label: name, kind, detail: symbol.section, replace: word.length });
    }
  }
  return [...found.values()];
}
