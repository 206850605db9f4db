/** Finds what a hover is about. */
import type { Range } from 'vscode-languageserver';
import type { AssemblyFile, Definition } from './assembly-file';
import { dialectAt } from './assembly-file';
import { definitionText, directiveText, mnemonicHover, operandWordText } from './hover';
import { findAt, type Place } from './places';
import type { Sources } from './sources';

/** What is said, in Markdown, and of which text. */
export interface FoundHover {
  readonly text: string;
  readonly range: Range;
}

export const hoverAt = async (
  sources: Sources,
  uri: string,
  file: AssemblyFile,
  place: Place,
): Promise<FoundHover | undefined> => {
  const found = findAt(file, place);
  if (!found) return undefined;
  const { name } = found;
  const range: Range = {
    start: { line: place.line, character: name.start },
    end: { line: place.line, character: name.end },
  };
  const defined = async (): Promise<string | undefined> => {
    const known = await sources.definition(uri, name.text, place.line);
    return (
      known &&
      definitionText(
        known.definition,
        placeText(uri, known.uri, known.definition),
        commentAbove(known.file, known.definition),
      )
    );
  };
  const told = async (): Promise<string | undefined> => {
    if (found.kind === 'directive') return directiveText(file.language, name.text.toLowerCase());
    const own = await defined();
    if (own !== undefined) return own;
    if (found.kind === 'mnemonic') return mnemonicHover(file, place.line, found.statement);
    if (found.kind !== 'operand') return undefined;
    const { operandSyntax } = file.language;
    const sign = operandSyntax(dialectAt(file, place.line)).registerSign;
    const word =
      file.language.operandWord(name.text) ?? (sign ? file.language.operandWord(name.text.slice(1)) : undefined);
    return word && operandWordText(word);
  };
  const text = await told();
  return text === undefined ? undefined : { text, range };
};

const placeText = (from: string, uri: string, { line }: Definition): string =>
  from === uri ? `line ${line + 1}` : `${decodeURIComponent(uri.split('/').at(-1) ?? uri)}:${line + 1}`;

/** The comments right above a definition, without their marks. */
const commentAbove = ({ lines, texts }: AssemblyFile, { line }: Definition): string => {
  const found: string[] = [];
  for (let at = line - 1; at >= 0 && found.length < MOST; at--) {
    const above = lines[at];
    const [comment] = above?.comments ?? [];
    if (!above || !comment || above.statements.length > 0 || above.labels.length > 0) break;
    found.unshift(
      (texts[at]?.slice(comment.start, comment.end) ?? '').replace(/^\s*(\/\/|\/\*|#+|;|\*(?!\/))\s?|\*\/\s*$/g, ''),
    );
  }
  return found.join('\n').trim();
};
const MOST = 20;
