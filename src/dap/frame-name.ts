/** The name of a stack frame as a client wants it put together. */
import { t } from '../base/l10n';
import { ExpressionError } from '../debug/expression/ast';
import { localValue, variablesInScope } from '../debug/expression/scope';
import { shortFunctionName } from '../debug/function-name';
import type { CodeFrame } from '../debug/stack';
import type { DebugTarget } from '../debug/target';
import { operandRow } from '../debug/variables';
import type { Args } from './arguments';

/** What a `StackFrameFormat` asks for. */
export interface FrameFormat {
  readonly module: boolean;
  readonly line: boolean;
  /** Parameters are shown, with these parts. */
  readonly parameters: { readonly types: boolean; readonly names: boolean; readonly values: boolean } | undefined;
  readonly hex: boolean;
}

/** Characters of a parameter's value; the Variables view has all of it. */
const MOST_VALUE = 60;

/** Reads the request's `format`; `parameters` alone are their names. */
export function frameFormat(args: Args | undefined): FrameFormat {
  const asks = (name: string) => args?.boolean(name) ?? false;
  const types = asks('parameterTypes');
  const values = asks('parameterValues');
  const names = asks('parameterNames') || (asks('parameters') && !types && !values);
  const parameters = types || values || names ? { types, names, values } : undefined;
  return { module: asks('module'), line: asks('line'), parameters, hex: asks('hex') };
}

/** `msgqueue!crate::run(count: u32 = 3) Line 12 [inlined]`, as much of it as is asked for. */
export function frameName(target: DebugTarget, frame: CodeFrame, format: FrameFormat): string {
  const { image } = frame.physical;
  // Whoever wants to see modules or parameters wants to see where a function belongs, too.
  const whole = format.module || format.parameters !== undefined;
  const name = whole ? frame.name : shortFunctionName(frame.name);
  const path = format.module && image !== undefined ? `${image.name}!${name}` : name;
  const parameters = format.parameters === undefined ? '' : `(${parameterList(target, frame, format).join(', ')})`;
  const line = format.line && frame.line > 0 ? t` Line ${frame.line}` : '';
  return `${path}${parameters}${line}${frame.isInlined ? ' [inlined]' : ''}`;
}

function parameterList(target: DebugTarget, frame: CodeFrame, { parameters, hex }: FrameFormat): string[] {
  if (parameters === undefined) return [];
  const scope = target.values.scope(frame.physical.cpu.hart, frame);
  return variablesInScope(frame)
    .filter(({ isParameter }) => isParameter)
    .sort((a, b) => a.line - b.line || a.id - b.id)
    .map((variable) => {
      const type = variable.type.shortName || variable.type.name;
      const value = parameters.values ? valueText() : undefined;
      const named = parameters.names ? variable.name : undefined;
      return written({ type: parameters.types ? type : undefined, name: named, value, isC: scope.isC });

      function valueText(): string {
        try {
          const { text } = operandRow(
            variable.name,
            localValue(scope, frame, variable),
            undefined,
            hex ? 'x' : undefined,
          );
          return text.length > MOST_VALUE ? `${text.slice(0, MOST_VALUE)}…` : text;
        } catch (error) {
          if (error instanceof ExpressionError) return `<${error.message}>`;
          throw error;
        }
      }
    });
}

/** As the language writes it: `int value = 3`, `value: i32 = 3`. */
function written(part: {
  readonly type: string | undefined;
  readonly name: string | undefined;
  readonly value: string | undefined;
  readonly isC: boolean;
}): string {
  const { type, name, value, isC } = part;
  const words = isC ? [type, name] : [name, type];
  const declared = words.filter((word) => word !== undefined).join(isC ? ' ' : ': ');
  if (value === undefined) return declared;
  return declared === '' ? value : `${declared} = ${value}`;
}
