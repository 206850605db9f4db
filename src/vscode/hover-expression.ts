/**
 * Which expression stands at a place of a source, for hovers in a stopped program: `self.queue` under the mouse on
 * `queue`, `ring[head].address` on `address`; nothing in comments, strings, keywords and calls, whose values nobody can
 * show. Text and place in, range and expression out; nothing here knows VS Code.
 */
import { ExpressionReader, type SourceExpression } from './expression-reader';
import { isAssembly, type SourceFamily, sourceTokens } from './source-tokens';

/** The expression at `offset` of a text, if there is one. */
export function hoverExpression(text: string, offset: number, family: SourceFamily): SourceExpression | undefined {
  const lineEnd = text.indexOf('\n', offset);
  // What follows decides too (`name!` is a macro), but no further than the line.
  const all = sourceTokens(text, family, lineEnd < 0 ? text.length : lineEnd);
  const tokens = all.filter((token) => token.kind !== 'comment');
  const isInside = all.some((token) => token.kind === 'comment' && token.start <= offset && offset < token.end);
  const at = tokens.findIndex((token) => token.start <= offset && offset < token.end);
  const token = tokens[at];
  if (isInside || token === undefined) return undefined;
  const reader = new ExpressionReader(tokens, family);
  if (token.kind === 'string' && family === 'rust')
    return reader.inFormat(at).find(({ start, end }) => start <= offset && offset < end);
  return isAssembly(family) ? reader.assemblyOperand(at) : reader.expression(at);
}
