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
import { evaluateNumber, Unavailable } from '../../symbols/expression';
import { concrete } from '../../symbols/lang/dynamic';
import { bare } from '../../symbols/lang/layout';
import { present } from '../../symbols/lang/present';
import { contextOf, type ImplicitReader, type ValueContext, valueAt } from '../../symbols/lang/value';
import { placeWithin } from '../../symbols/lang/view';
import { frameContext, functionFrameBase, locate, locateStatic, type ThreadRegisters } from '../../symbols/locate';
import type { DynamicBound, FrameState, Program, ReadMemory, Type, Variable } from '../../symbols/types';
import { imageWorldOf, isOfMachine } from '../image-world';
import { addressesOf, type Image, type ImageSet } from '../images';
import { type CodeFrame, lookupPc } from '../stack';
import { ExpressionError } from './ast';
import { classNames, enumeratorOf, memberOfThis } from './cpp-names';
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
  const { program } = image;
  const located = locate(program, variable, state, scope.read);
  const context = contextOf(program, scope.read, slide);
  const implicit = implicitReader(program, state, scope.read, context);
  const value = valueAt(typeIn(program, variable, state, scope.read), located, state, context, implicit);
  return { kind: 'value', value: { ...value, calledBy: [variable.name] } };
}

/** A variable's type in a frame, where arrays have the lengths that they have there. */
function typeIn(program: Program, variable: Variable, state: FrameState, read: ReadMemory): Type {
  return concrete(variable.type, (bound) => {
    const held = boundIn(program, variable, bound, state, read);
    return held === undefined ? undefined : Number(held) + (bound.isUpper ? 1 - bound.lower : 0);
  });
}

function boundIn(
  program: Program,
  { frameBase }: Variable,
  bound: DynamicBound,
  state: FrameState,
  read: ReadMemory,
): bigint | undefined {
  if (bound.ops !== undefined) {
    const context = frameContext(program, state, frameBase, read, 0);
    const value = attemptNumber(() => evaluateNumber(bound.ops ?? [], context));
    return value === undefined ? undefined : BigInt.asIntN(64, value);
  }
  const holder = bound.variable === undefined ? undefined : program.variableById(bound.variable);
  if (holder === undefined) return undefined;
  const located = locate(program, { ...holder, frameBase }, state, read);
  const { scalar } = present(valueAt(holder.type, located, state, contextOf(program, read)));
  return typeof scalar === 'bigint' ? scalar : undefined;
}

function attemptNumber(read: () => bigint): bigint | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}

/** How deep pointers that were not made lead to others. */
const DEEPEST = 8;

/** What a pointer leads to that the compiler did not make: the variable that it would point to, as it is in that frame. */
function implicitReader(
  program: Program,
  state: FrameState,
  read: ReadMemory,
  context: ValueContext,
  depth = 0,
): ImplicitReader {
  return (id, offset) => {
    const variable = depth < DEEPEST ? program.variableById(id) : undefined;
    if (variable === undefined) return t`what it points to was optimised away`;
    const frameBase = functionFrameBase(program, state);
    const located = locate(program, { ...variable, frameBase: variable.frameBase ?? frameBase }, state, read);
    const value = valueAt(
      variable.type,
      located,
      state,
      context,
      implicitReader(program, state, read, context, depth + 1),
    );
    return { ...value, place: placeWithin(value.place, Number(offset)) };
  };
}

/** The registers that lead to what each thread has: those of the frame, else of the hart. */
function threadRegisters({ frame, machine, cpu }: EvaluationScope): ThreadRegisters {
  const special = (dwarf: number) => {
    const spec = machine.isa.registers.find((one) => one.dwarf === dwarf);
    return spec === undefined ? undefined : cpu.readRegister(spec.name);
  };
  return { registers: frame?.physical.state.registers ?? new Map(), special };
}

/** The value of a static. Its address is where the image runs, whatever the current pc is. */
export function staticValue(scope: EvaluationScope, image: Image, variable: Variable): Operand {
  const { program } = image;
  const first = image.placements[0];
  const slide = first === undefined ? 0n : first.va - first.link;
  const located = locateStatic(program, variable, slide, threadRegisters(scope));
  const value = valueAt(variable.type, located, undefined, contextOf(program, scope.read, slide));
  return { kind: 'value', value: { ...value, calledBy: [variable.name.replace(/^.*::/s, '')] } };
}

/** The operand that a path names. Throws {@link ExpressionError} when nothing does. */
export function lookupName(scope: EvaluationScope, path: string): Operand {
  const plain = path.replace(/^::/, '');
  const found =
    lookupLocal(scope, plain) ??
    lookupTrap(scope, plain) ??
    lookupMember(scope, plain) ??
    lookupStatic(scope, plain) ??
    lookupFunction(scope, plain) ??
    lookupEnumerator(scope, plain) ??
    lookupHart(scope, plain) ??
    findRegister(scope, plain);
  if (found !== undefined) return found;
  const where = scope.frame === undefined ? '' : t` in ${scope.frame.name}`;
  const missing = imagesInOrder(scope).some(({ program }) =>
    program.companions.some((one) => one.kind !== 'debug' && !one.isFound),
  );
  if (missing) {
    throw new ExpressionError(
      t`Nothing is called "${path}"${where}, but a part of the debug information was not found: see the messages at the start.`,
    );
  }
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

/** A member of the object that a function of C++ is called on, or a static one of its class. */
function lookupMember(scope: EvaluationScope, name: string): Operand | undefined {
  if (!scope.isC || name === 'this') return undefined;
  const self = lookupLocal(scope, 'this');
  if (self?.kind !== 'value') return undefined;
  const found = name.includes('::') ? undefined : memberOfThis(self, name);
  if (found !== undefined) return { kind: 'value', value: found };
  const type = bare(self.value.type);
  return firstStatic(scope, type.kind === 'pointer' ? classNames(type.target) : [], name);
}

/** The first static of that name in these classes. */
export function firstStatic(scope: EvaluationScope, classes: readonly string[], name: string): Operand | undefined {
  for (const owner of classes) {
    for (const image of imagesInOrder(scope)) {
      const found = image.program.globals(`${owner}::${name}`).find((one) => one.name === `${owner}::${name}`);
      if (found !== undefined) return staticValue(scope, image, found);
    }
  }
  return undefined;
}

function lookupEnumerator(scope: EvaluationScope, path: string): Operand | undefined {
  if (!scope.isC && !path.includes('::')) return undefined;
  for (const { program } of imagesInOrder(scope)) {
    const found = enumeratorOf(program, path, scope.read);
    if (found !== undefined) return found;
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
