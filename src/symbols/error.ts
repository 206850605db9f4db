/** A symbol file cannot be used at all. The message says which file, what is wrong and what to do next. */
export class SymbolError extends Error {
  constructor(
    readonly path: string,
    readonly problem: string,
    readonly nextStep: string,
  ) {
    super(`${path}: ${problem}. ${nextStep}`);
    this.name = 'SymbolError';
  }
}
