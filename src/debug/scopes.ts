/** The groups of variables of a frame: locals, statics of its crate, registers. */

import { t } from '../base/l10n';
import { ExpressionError } from './expression/ast';
import { type EvaluationScope, localValue, staticValue, variablesInScope } from './expression/scope';
import type { Image } from './images';
import type { CodeFrame } from './stack';
import type { DebugTarget } from './target';
import { type Container, listContainer, operandRow, registerRow, type VariableRow } from './variables';

/** One group. */
export interface VariableScope {
  readonly name: string;
  readonly container: Container;
  /** Fetched only when opened. */
  readonly isExpensive: boolean;
  readonly hint: 'arguments' | 'locals' | 'registers' | undefined;
}

const EMPTY = {
  expression: undefined,
  container: undefined,
  memory: undefined,
  place: undefined,
  operand: undefined,
  isReadOnly: true,
};

/** The scopes of a frame; without one (label frames, unknown code) only registers. */
export function scopesOf(target: DebugTarget, scope: EvaluationScope, frame: CodeFrame | undefined): VariableScope[] {
  const found: VariableScope[] = [];
  if (frame?.physical.image?.program.hasDebugInfo === true) {
    found.push({
      name: t`Locals`,
      container: listContainer(() => localRows(scope, frame)),
      isExpensive: false,
      hint: 'locals',
    });
    const crate = crateOf(frame);
    const { image } = frame.physical;
    const container = listContainer(() => staticRows(scope, image, crate));
    found.push({
      name: crate === '' ? t`Statics` : t`Statics of ${crate}`,
      container,
      isExpensive: true,
      hint: undefined,
    });
  }
  const { isa } = target.machine;
  for (const [group, name] of [
    ['general', t`Registers`],
    ['system', t`System registers`],
    ['float', t`Floating-point registers`],
    ['vector', t`Vector registers`],
  ] as const) {
    const specs = isa.registers.filter((spec) => spec.group === group);
    if (specs.length === 0) continue;
    const container = listContainer(() => specs.map((spec) => rowOfRegister(scope, frame, spec)));
    found.push({ name, container: { ...container, namedCount: specs.length }, isExpensive: true, hint: 'registers' });
  }
  return found;
}

function rowOfRegister(
  scope: EvaluationScope,
  frame: CodeFrame | undefined,
  spec: Parameters<typeof registerRow>[0],
): VariableRow {
  const { cpu, machine } = scope;
  if (spec.name === machine.isa.pc) return registerRow(spec, frame?.physical.pc ?? cpu.pc, scope.isInnermost);
  if (scope.isInnermost || frame === undefined || spec.group === 'system')
    return registerRow(spec, cpu.readRegister(spec.name), true);
  const held = spec.dwarf === undefined ? undefined : frame.physical.state.registers.get(spec.dwarf);
  if (held !== undefined) return registerRow(spec, held, false);
  const name = registerRow(spec, 0n, false).name;
  return { ...EMPTY, name, text: t`<not saved by the frames above>`, type: spec.doc };
}

/** Arguments first, each list in order of declaration. */
function localRows(scope: EvaluationScope, frame: CodeFrame): VariableRow[] {
  const variables = variablesInScope(frame).sort(
    (a, b) => Number(b.isParameter) - Number(a.isParameter) || a.line - b.line || a.id - b.id,
  );
  return variables.map((variable) => {
    try {
      return operandRow(variable.name, localValue(scope, frame, variable), variable.name);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { ...EMPTY, name: variable.name, text: `<${error.message}>`, type: variable.type.name };
    }
  });
}

/** The first path segment of the function: `msgqueue` of `msgqueue::producer::{closure#0}`, `axtask` of `<axtask::X as …>::f`. */
function crateOf(frame: CodeFrame): string {
  return /^[<&\s]*(?:mut |dyn )?([A-Za-z_]\w*)::/.exec(frame.name)?.[1] ?? '';
}

function staticRows(scope: EvaluationScope, image: Image | undefined, crate: string): VariableRow[] {
  if (image === undefined) return [];
  const variables = image.program
    .globals(crate === '' ? '*' : `${crate}::*`)
    .filter((variable) => !variable.name.includes('{') && !variable.name.includes('<'))
    .slice(0, 500);
  return variables.map((variable) =>
    operandRow(
      variable.name.slice(crate === '' ? 0 : crate.length + 2),
      staticValue(scope, image, variable),
      variable.name,
    ),
  );
}
