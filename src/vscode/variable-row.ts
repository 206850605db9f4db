/** What the context menus of Variables and Watch give to a command: the part of it that we look at. */
interface Row {
  /** In Variables: the variable as the adapter sent it. */
  readonly variable?: { readonly evaluateName?: unknown; readonly memoryReference?: unknown; readonly name?: unknown };
  /** In Watch: what the user typed, or a part of its value. */
  readonly name?: unknown;
  readonly evaluateName?: unknown;
}

const asRow = (given: unknown): Row => (typeof given === 'object' && given !== null ? given : {});
const textOr = (...values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === 'string' && value !== '');

/** The expression that yields the row's value again, if there is one. */
export const expressionOfRow = (given: unknown): string | undefined => {
  const row = asRow(given);
  return row.variable === undefined ? textOr(row.evaluateName, row.name) : textOr(row.variable.evaluateName);
};
