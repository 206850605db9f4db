/** What inspectors see of a debug target: the one place where debug's classes are fitted to them. */

import { va } from '../base/address';
import { t } from '../base/l10n';
import { ExpressionError } from '../debug/expression/ast';
import type { Operand } from '../debug/expression/operand';
import { localValue, staticValue, variablesInScope } from '../debug/expression/scope';
import type { Image } from '../debug/images';
import { isLibraryPath } from '../debug/sources';
import { type CodeFrame, logicalFrames, type PhysicalFrame } from '../debug/stack';
import { suspendedCpu } from '../debug/suspended-cpu';
import type { DebugTarget } from '../debug/target';
import type { Cpu } from '../machine/contract';
import type { SourceFile, Variable } from '../symbols/types';
import type { DeviceWindow, InspectContext, NamedValue, SuspendedFrame } from './inspector';
import type { Past } from './past';
import type { TrapLog } from './trap-log';

/** What the inspectors are told besides the target. */
export interface InspectOptions {
  /** The devices on the machine's bus, to name addresses. */
  readonly windows?: readonly DeviceWindow[];
  /** Traps, and VM exits, that are kept one by one. */
  readonly mostTraps?: number;
}

/** Directories of packages that came from a registry: `serde-1.0.2`, `.cargo/registry`. */
const isPackagePath = (path: string): boolean =>
  /\/[\w.-]+-\d+\.\d+\.\d+[^/]*\/|\/\.?cargo\/(registry|git)\//.test(path);

/** Whether a source is the user's own: mapped by the kernel's package, or from no library that we recognise. */
export const isOwnSource = (target: DebugTarget, source: SourceFile): boolean =>
  target.sources.isMapped(source) || !(isLibraryPath(source.path) || isPackagePath(source.path));

/** Statics of an image except tables that the compiler made. Reading all of them once is slow enough to remember. */
const staticsOf = (image: Image): readonly Variable[] => {
  const known = statics.get(image);
  if (known !== undefined) return known;
  const found = image.program.globals(/^(?!.*\{vtable\})/);
  statics.set(image, found);
  return found;
};
const statics = new WeakMap<Image, readonly Variable[]>();

/** The context of a hart as it stands now. */
export function contextOf(
  target: DebugTarget,
  hart: number,
  options: InspectOptions,
  past: Past,
  traps: TrapLog,
): InspectContext {
  const cpu = target.cpu(hart);
  return {
    machine: target.machine,
    cpu,
    images: target.images,
    windows: options.windows ?? [],
    past,
    traps,
    statics: (image, accept) => {
      const scope = target.values.scope(cpu.hart);
      return staticsOf(image)
        .filter(accept)
        .flatMap((variable) => named(image, variable, () => staticValue(scope, image, variable)));
    },
    locals: () => locals(target, cpu.hart),
    suspended: (world, pc, registers, most) => suspendedFrames(target, suspendedCpu(cpu, world), pc, registers, most),
    clientPath: (source) => target.sources.clientPath(source),
    isOwnSource: (source) => isOwnSource(target, source),
  };
}

function locals(target: DebugTarget, hart: number): NamedValue[] {
  const physical = target.topFrame(hart)?.physical;
  const image = physical?.image;
  if (physical === undefined || image === undefined) return [];
  return logicalFrames(physical).flatMap((frame) => {
    const scope = target.values.scope(hart, frame);
    return variablesInScope(frame).flatMap((variable) =>
      named(image, variable, () => localValue(scope, frame, variable), frame.name),
    );
  });
}

function suspendedFrames(
  target: DebugTarget,
  cpu: Cpu,
  pc: bigint,
  registers: ReadonlyMap<number, bigint>,
  most: number,
): SuspendedFrame[] {
  const found: SuspendedFrame[] = [];
  const seen = new Set<string>();
  const label = (name: string) => found.push({ name, isOwn: false, isLabel: true, local: () => undefined });
  // Where code goes on is behind its call of the switch, but for code that has not begun yet.
  const start = target.unwinder.frame(cpu, va(pc), registers, false);
  const isNew = start.image?.program.symbolAt(start.link)?.offset === 0n;
  if (isNew) return logicalFrames(start).map((one) => suspendedFrame(target, one));
  let next: PhysicalFrame | undefined = target.unwinder.frame(cpu, va(pc), registers, true);
  while (next !== undefined && found.length < most) {
    const frame: PhysicalFrame = next;
    found.push(...logicalFrames(frame).map((one) => suspendedFrame(target, one)));
    const up = target.unwinder.caller(frame);
    if (up.kind === 'end') break;
    if (up.kind === 'missing') {
      label(t`stack ends here: ${up.why}`);
      break;
    }
    if (up.border !== undefined) label(up.border);
    const identity = `${up.frame.pc} ${up.frame.cfa}`;
    next = seen.has(identity) ? undefined : up.frame;
    seen.add(identity);
  }
  return found.slice(0, most);
}

function suspendedFrame(target: DebugTarget, frame: CodeFrame): SuspendedFrame {
  const { source, line, physical } = frame;
  return {
    name: frame.name,
    ...(source !== undefined && line > 0 && { source: { path: target.sources.clientPath(source), line } }),
    isOwn: source !== undefined && isOwnSource(target, source),
    isLabel: false,
    local: (name) => {
      const { image } = physical;
      const variable = variablesInScope(frame).find((one) => one.name === name);
      if (image === undefined || variable === undefined) return undefined;
      const scope = target.values.scope(physical.cpu.hart, frame);
      return named(image, variable, () => localValue(scope, frame, variable))[0]?.value;
    },
  };
}

function named(image: Image, variable: Variable, operand: () => Operand, functionName?: string): NamedValue[] {
  try {
    const found = operand();
    if (found.kind !== 'value') return [];
    return [{ variable, image, value: found.value, ...(functionName !== undefined && { functionName }) }];
  } catch (error) {
    // A variable without a place now: there is nothing to look at.
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}
