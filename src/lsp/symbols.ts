/** Requests about symbols: where they are defined and named, their new names, outlines. */
import {
  type Connection,
  DocumentHighlightKind,
  ErrorCodes,
  type Location,
  ResponseError,
  type TextEdit,
} from 'vscode-languageserver';
import { t } from '../base/l10n';
import type { AssemblyFile } from './assembly-file';
import { outline, rangeOf, symbolKind } from './outline';
import { type Found, findAt, type Place } from './places';
import { localPlaces, type NamedPlace, namedPlaces } from './references';
import { resolveFrom, type Sources } from './sources';

/** As many symbols as a list can show. */
const MOST_SYMBOLS = 1000;
const SYMBOL = /^[A-Za-z_.$][\w.$]*$/;

/** Answers them on a connection. */
export const serveSymbols = (connection: Connection, sources: Sources): void => {
  /** Places of what is named at a place, by file. */
  const places = async (uri: string, place: Place): Promise<ReadonlyMap<string, readonly NamedPlace[]>> => {
    const file = sources.open(uri);
    const found = file && findAt(file, place);
    if (!file || !found || !isSymbol(file, found)) return new Map();
    const { text } = found.name;
    const local = numericLabel(found);
    if (local !== undefined) {
      const known =
        found.kind === 'label' ? { line: place.line } : (await sources.definition(uri, text, place.line))?.definition;
      return new Map(known ? [[uri, localPlaces(file, local, { line: known.line, character: 0 })]] : []);
    }
    const { files } = await sources.closure(uri);
    const all = new Map([...(await sources.all(file.language)), ...files]);
    return new Map(
      [...all].flatMap(([where, each]) => {
        const named = namedPlaces(each, text);
        return named.length > 0 ? [[where, named] as const] : [];
      }),
    );
  };
  const definitionsOf = async (uri: string, place: Place): Promise<Location[]> => {
    const file = sources.open(uri);
    if (!file) return [];
    const include = file.includes.find(
      ({ line, start, end }) => line === place.line && start <= place.character && place.character <= end,
    );
    if (include) return [{ uri: resolveFrom(uri, include.path), range: rangeOf({ line: 0, start: 0, end: 0 }) }];
    const found = findAt(file, place);
    if (!found) return [];
    const known = await sources.definition(uri, found.name.text, place.line);
    if (known) return [{ uri: known.uri, range: rangeOf(known.definition) }];
    return [...(await sources.all(file.language))].flatMap(([where, { definitions }]) =>
      (definitions.get(found.name.text) ?? []).map((definition) => ({ uri: where, range: rangeOf(definition) })),
    );
  };

  connection.onDefinition(({ textDocument: { uri }, position }) => definitionsOf(uri, position));
  connection.onReferences(async ({ textDocument: { uri }, position, context: { includeDeclaration } }) =>
    [...(await places(uri, position))].flatMap(([where, named]) =>
      named
        .filter(({ isDefinition }) => includeDeclaration || !isDefinition)
        .map((each) => ({ uri: where, range: rangeOf(each) })),
    ),
  );
  connection.onDocumentHighlight(async ({ textDocument: { uri }, position }) =>
    ((await places(uri, position)).get(uri) ?? []).map((each) => ({
      range: rangeOf(each),
      kind: each.isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    })),
  );
  connection.onPrepareRename(({ textDocument: { uri }, position }) => {
    const file = sources.open(uri);
    const found = file && findAt(file, position);
    if (!file || !found || !isSymbol(file, found)) return undefined;
    const range = rangeOf({ line: position.line, ...found.name });
    return { range, placeholder: found.name.text };
  });
  connection.onRenameRequest(async ({ textDocument: { uri }, position, newName }) => {
    const file = sources.open(uri);
    const found = file && findAt(file, position);
    const local = found && numericLabel(found);
    if (!(local === undefined ? SYMBOL : /^\d+$/).test(newName)) {
      const message =
        local === undefined
          ? t`\`${newName}\` cannot be a symbol.`
          : t`A local label is a number, and \`${newName}\` is none.`;
      throw new ResponseError(ErrorCodes.InvalidParams, message);
    }
    const changes: Record<string, TextEdit[]> = {};
    for (const [where, named] of await places(uri, position)) {
      changes[where] = named.map((each) => ({
        range: rangeOf(each),
        newText: newNameAt(sources, where, each, newName, local),
      }));
    }
    return { changes };
  });
  connection.onDocumentSymbol(({ textDocument: { uri } }) => {
    const file = sources.open(uri);
    return file ? outline(file) : [];
  });
  connection.onWorkspaceSymbol(async ({ query }) => {
    const wanted = query.toLowerCase();
    return [...(await sources.all())]
      .flatMap(([uri, { definitions }]) =>
        [...definitions.values()].flat().map((definition) => ({
          name: definition.name,
          kind: symbolKind(definition),
          location: { uri, range: rangeOf(definition) },
        })),
      )
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .slice(0, MOST_SYMBOLS);
  });
};

/** The number of a numeric label, at the label or at a jump to it. */
const numericLabel = ({ name: { text } }: Found): string | undefined => /^(\d+)[fb]?$/.exec(text)?.[1];

/** What a numeric label's use says of its direction stays. */
const newNameAt = (
  sources: Sources,
  uri: string,
  { line, start, end }: NamedPlace,
  name: string,
  local: string | undefined,
): string => {
  if (local === undefined) return name;
  const direction = /[fb]$/.exec(sources.open(uri)?.texts[line]?.slice(start, end) ?? '')?.[0] ?? '';
  return name + direction;
};

/** Registers, mnemonics and directives are no symbols. */
const isSymbol = ({ language, definitions }: AssemblyFile, { kind, name }: Found): boolean => {
  if (kind === 'directive') return false;
  const word = name.text.toLowerCase();
  if (definitions.has(name.text) || kind === 'label') return true;
  if (kind === 'mnemonic') return !language.mnemonics.has(word);
  return (
    !name.text.startsWith('\\') && !language.operandSyntax(undefined).isRegister(word) && !language.operandWord(word)
  );
};
