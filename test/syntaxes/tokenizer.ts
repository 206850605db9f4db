/** Tokens of a text by a grammar in `syntaxes/`, with the engine that VS Code has. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';

const engine = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');

const registry = new Registry({
  onigLib: loadWASM(new Uint8Array(readFileSync(engine)).buffer).then(() => ({ createOnigScanner, createOnigString })),
  loadGrammar: async () => null,
});

/** The grammar in `syntaxes/` for a language id. */
export async function grammarOf(language: string): Promise<IGrammar> {
  const path = `syntaxes/${language}.tmLanguage.json`;
  return registry.addGrammar(parseRawGrammar(readFileSync(path, 'utf8'), path));
}

/** A piece of a line and the innermost scope that says what it is; an empty scope where nothing does. */
export interface Token {
  readonly text: string;
  readonly scope: string;
}

/** The tokens of each line. */
export function tokensOf(grammar: IGrammar, text: string): Token[][] {
  let state = INITIAL;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex),
      scope: scopes.length > 1 ? (scopes.at(-1) ?? '') : '',
    }));
  });
}
