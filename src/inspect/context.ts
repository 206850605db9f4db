/** What inspectors see of a debug target: the one place where debug's classes are fitted to them. */
import { ExpressionError } from '../debug/expression/ast';
import type { Operand } from '../debug/expression/operand';
import { localValue, staticValue, variablesInScope } from '../debug/expression/scope';
import type { Image } from '../debug/images';
import { isLibraryPath } from '../debug/sources';
import { logicalFrames } from '../debug/stack';
import type { DebugTarget } from '../debug/target';
import type { SourceFile, Variable } from '../symbols/types';
import type { DeviceWindow, InspectContext, NamedValue } from './inspector';
import type { Past } from './past';
import type { TrapLog } from './trap-log';

/** What the inspectors are told besides the target. */
export interface InspectOptions {
  /** The devices on the machine's bus, to name addresses. */
  readonly windows?: readonly DeviceWindow[];
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
      const scope = target.scope(cpu.hart);
      return staticsOf(image)
        .filter(accept)
        .flatMap((variable) => named(image, variable, () => staticValue(scope, image, variable)));
    },
    locals: () => locals(target, cpu.hart),
    clientPath: (source) => target.sources.clientPath(source),
    isOwnSource: (source) => isOwnSource(target, source),
  };
}

function locals(target: DebugTarget, hart: number): NamedValue[] {
  const physical = target.topFrame(hart)?.physical;
  const image = physical?.image;
  if (physical === undefined || image === undefined) return [];
  return logicalFrames(physical).flatMap((frame) => {
    const scope = target.scope(hart, frame);
    return variablesInScope(frame).flatMap((variable) =>
      named(image, variable, () => localValue(scope, frame, variable), frame.name),
    );
  });
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
