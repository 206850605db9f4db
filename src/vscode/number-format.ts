/** Numbers in hexadecimal or decimal: for all of a session, and for single rows of Variables and Watch. */
import * as vscode from 'vscode';
import type { NumberFormat } from '../dap/number-format';
import { activeSession, request } from './inspector-view';
import { expressionOfRow } from './variable-row';

const FORMATS: readonly NumberFormat[] = ['hexadecimal', 'decimal'];

/** Registers `worldstep.numbers.FORMAT` for all numbers and `worldstep.variable.FORMAT` for a row. */
export const registerNumberFormats = (): vscode.Disposable => {
  const choose = async (format: NumberFormat, expression?: string): Promise<void> => {
    const session = activeSession();
    if (session)
      await request(session, 'numbers/choose', expression === undefined ? { format } : { format, expression });
  };
  return vscode.Disposable.from(
    ...FORMATS.flatMap((format) => [
      vscode.commands.registerCommand(`worldstep.numbers.${format}`, () => choose(format)),
      vscode.commands.registerCommand(`worldstep.variable.${format}`, async (row?: unknown) => {
        const expression = expressionOfRow(row);
        if (expression !== undefined) await choose(format, expression);
      }),
    ]),
  );
};
