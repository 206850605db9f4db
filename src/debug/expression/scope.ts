/** Names in expressions: locals of the frame, trap facts, statics, functions, registers. */
import { t } from '../../base/l10n';
import { causeOf } from '../../isa/core/isa';
import {
  type Cpu,
  type CrossingEvent,
  isPassage,
  isTrap,
  type Machine,
  type PassageEvent,
  type StopEvent,
  type TrapEvent,
} from '../../machine/contract';
import { contextOf, valueAt } from '../../symbols/lang/value';
import { locate, locateStatic } from '../../symbols/locate';
import type { ReadMemory, Variable } from '../../symbols/types';
import { imageWorldOf, isOfMachine } from '../image-world';
import { addressesOf, type Image, type ImageSet } from '../images';
import { type CodeFrame, lookupPc } from '../stack';
import { ExpressionError } from './ast';
import type { Operand } from './operand';

/** Where an expression is evaluated. */
export interface EvaluationScope {
  readonly machine: Machine;
  readonly images: ImageSet;
  readonly cpu: Cpu;
  /** Reads guest memory in the frame's world. */
  readonly read: ReadMemory;
  /** Absent when the hart is in unknown code: registers and statics still work. */
  readonly frame: CodeFrame | undefined;
  readonly isInnermost: boolean;
  /** The frame's function is written in C. */
  readonly isC: boolean;
  /** For conditions of exception filters: what happened. */
  readonly trap?: StopEvent;
}

/** Variables of the frame's function (or inlined call) that are in scope, innermost first, shadowed ones left out. */
export function variablesInScope(frame: CodeFrame): Variable[] {
  const { image } = frame.physical;
  if (image === undefined) return [];
  const seen = new Set<string>();
  const found: Variable[] = [];
  for (const scope of image.program.scopesAt(lookupPc(frame.physical))) {
    if (scope.frame !== frame.inlineIndex) continue;
    for (const variable of [...scope.variables].reverse()) {
      if (variable.name === '' || seen.has(variable.name)) continue;
      seen.add(variable.name);
      found.push(variable);
    }
  }
  return found;
}

/** The value of a local of a frame. */
export function localValue(scope: EvaluationScope, frame: CodeFrame, variable: Variable): Operand {
  const { image, state, slide } = frame.physical;
  if (image === undefined) throw new ExpressionError(t`The frame has no image.`);
  const located = locate(image.program, variable, state, scope.read);
  const value = valueAt(variable.type, located, state, contextOf(image.program, scope.read, slide));
  return { kind: 'value', value: { ...value, calledBy: [variable.name] } };
}

/** The value of a static. Its address is where the image runs, whatever the current pc is. */
export function staticValue(scope: EvaluationScope, image: Image, variable: Variable): Operand {
  const { program } = image;
  const first = image.placements[0];
  const slide = first === undefined ? 0n : first.va - first.link;
  const located = locateStatic(program, variable, slide);
  const value = valueAt(variable.type, located, undefined, contextOf(program, scope.read, slide));
  return { kind: 'value', value: { ...value, calledBy: [variable.name.replace(/^.*::/s, '')] } };
}

/** The operand that a path names. Throws {@link ExpressionError} when nothing does. */
export function lookupName(scope: EvaluationScope, path: string): Operand {
  const plain = path.replace(/^::/, '');
  const found =
    lookupLocal(scope, plain) ??
    lookupTrap(scope, plain) ??
    lookupStatic(scope, plain) ??
    lookupFunction(scope, plain) ??
    lookupHart(scope, plain) ??
    findRegister(scope, plain);
  if (found !== undefined) return found;
  const where = scope.frame === undefined ? '' : t` in ${scope.frame.name}`;
  throw new ExpressionError(
    t`Nothing is called "${path}"${where}. Locals, statics, functions and registers ($name) can be named.`,
  );
}

function lookupLocal(scope: EvaluationScope, name: string): Operand | undefined {
  const { frame } = scope;
  if (frame === undefined || name.includes('::')) return undefined;
  const variable = variablesInScope(frame).find((one) => one.name === name);
  return variable === undefined ? undefined : localValue(scope, frame, variable);
}

function lookupTrap(scope: EvaluationScope, name: string): Operand | undefined {
  const { trap } = scope;
  if (trap === undefined) return undefined;
  if (isTrap(trap)) return trapFact(scope, trap, name) ?? borderFact(trap, name);
  if (isPassage(trap)) return returnFact(trap, name) ?? borderFact(trap, name);
  switch (name) {
    case 'register':
      return { kind: 'string', value: trap.register };
    case 'value':
      return { kind: 'number', value: trap.value };
    case 'old':
      return { kind: 'number', value: trap.old };
    case 'mode':
      return { kind: 'string', value: scope.cpu.world.mode };
    default:
      return undefined;
  }
}

function trapFact(scope: EvaluationScope, trap: TrapEvent, name: string): Operand | undefined {
  switch (name) {
    case 'cause':
      return { kind: 'number', value: BigInt(trap.cause) };
    case 'group':
      return { kind: 'string', value: causeOf(scope.machine.isa, trap)?.group ?? '' };
    case 'tval':
      return { kind: 'number', value: trap.tval };
    case 'epc':
      return { kind: 'number', value: trap.instruction };
    case 'guestPhysical':
      // No guest has memory at 0 that its second stage does not translate and that a program asks for.
      return { kind: 'number', value: trap.guestPhysical ?? 0n };
    case 'isInterrupt':
      return { kind: 'boolean', value: trap.isInterrupt };
    default:
      return undefined;
  }
}

/** Conditions on traps hold for no return, unless they mean its place. */
function returnFact(event: PassageEvent, name: string): Operand | undefined {
  switch (name) {
    case 'cause':
      return { kind: 'number', value: -1n };
    case 'group':
      return { kind: 'string', value: 'return' };
    case 'epc':
      return { kind: 'number', value: event.instruction };
    case 'tval':
    case 'guestPhysical':
      return { kind: 'number', value: 0n };
    case 'isInterrupt':
      return { kind: 'boolean', value: false };
    default:
      return undefined;
  }
}

function borderFact({ from, to }: Pick<CrossingEvent, 'from' | 'to'>, name: string): Operand | undefined {
  switch (name) {
    case 'mode':
      return { kind: 'string', value: from.mode };
    case 'to':
      return { kind: 'string', value: to.mode };
    case 'world':
      return { kind: 'string', value: imageWorldOf(from) };
    case 'toWorld':
      return { kind: 'string', value: imageWorldOf(to) };
    default:
      return undefined;
  }
}

/** The frame's image first. What another machine (a guest, or its host) has at an address is not what is there here. */
function imagesInOrder(scope: EvaluationScope): Image[] {
  const own = scope.frame?.physical.image;
  const here = scope.images.all.filter((image) => image !== own && isOfMachine(image.worlds, scope.cpu.world));
  return own === undefined ? here : [own, ...here];
}

/** The static that a path names in a scope, if there is one. */
export function lookupStatic(scope: EvaluationScope, path: string): Operand | undefined {
  const crate = scope.frame?.name.replace(/^</, '').split('::')[0] ?? '';
  for (const image of imagesInOrder(scope)) {
    const found = image.program.globals(path);
    const best =
      found.find((one) => one.name === path) ?? found.find((one) => one.name.startsWith(`${crate}::`)) ?? found[0];
    if (best !== undefined) return staticValue(scope, image, best);
  }
  return undefined;
}

function lookupFunction(scope: EvaluationScope, path: string): Operand | undefined {
  for (const image of imagesInOrder(scope)) {
    const symbol = image.program.lookup(path)[0];
    const at = symbol === undefined ? undefined : addressesOf(image, symbol.address);
    if (symbol !== undefined && at !== undefined) return { kind: 'symbol', name: symbol.demangled, address: at.va };
  }
  return undefined;
}

/** `hart`: the number of the hart that runs here, e.g. for conditions. */
function lookupHart({ cpu }: EvaluationScope, name: string): Operand | undefined {
  return name === 'hart' ? { kind: 'number', value: BigInt(cpu.hart) } : undefined;
}

function findRegister(scope: EvaluationScope, name: string): Operand | undefined {
  const { machine, cpu, frame } = scope;
  if (name.toLowerCase() === 'pc') {
    const pc = frame?.physical.pc ?? cpu.pc;
    const spec = machine.isa.register(machine.isa.pc);
    return spec === undefined
      ? { kind: 'number', value: pc }
      : { kind: 'register', spec, value: pc, isInnermost: scope.isInnermost };
  }
  const spec = machine.isa.register(name);
  if (spec === undefined) return undefined;
  if (scope.isInnermost || frame === undefined || spec.group === 'system') {
    return { kind: 'register', spec, value: cpu.readRegister(spec.name), isInnermost: true };
  }
  const held = spec.dwarf === undefined ? undefined : frame.physical.state.registers.get(spec.dwarf);
  if (held === undefined) throw new ExpressionError(t`${spec.name} of this frame was not saved by the frames above.`);
  return { kind: 'register', spec, value: held, isInnermost: false };
}

/** A register by any of its names, or `hart`. Throws {@link ExpressionError} for an unknown one. */
export function lookupRegister(scope: EvaluationScope, name: string): Operand {
  const found = findRegister(scope, name) ?? lookupHart(scope, name);
  if (found === undefined) throw new ExpressionError(t`This machine has no register "${name}".`);
  return found;
}
