/** A source in assembly: its lines, and what they define, include and begin. Made anew after each change; lines are remembered. */
import type { AssemblyLanguage } from '../isa/core/assembly/language';
import { operandTokens } from '../isa/core/assembly/operand-text';
import type { AssemblyLine, LineReader, Name, Statement } from './assembly-line';
import { BLOCKS } from './directives';

/** What a name stands for. */
export type DefinitionKind = 'label' | 'constant' | 'macro' | 'define' | 'register';

export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** What stands behind it, as it is written: a constant's value, a macro's parameters. */
  readonly text: string;
  /** Of a constant, where it is a number. */
  readonly value?: bigint;
}

/** Lines that belong together. */
export interface Block {
  readonly kind: 'macro' | 'if' | 'repeat' | 'comment' | 'preprocessor';
  readonly first: number;
  readonly last: number;
}

export interface Include {
  readonly path: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** `<…>`: it is searched for elsewhere. */
  readonly isSystem: boolean;
}

export interface AssemblyFile {
  readonly language: AssemblyLanguage;
  readonly texts: readonly string[];
  readonly lines: readonly AssemblyLine[];
  readonly definitions: ReadonlyMap<string, readonly Definition[]>;
  readonly includes: readonly Include[];
  readonly blocks: readonly Block[];
  /** Names that other files see, and those defined elsewhere. */
  readonly globals: ReadonlySet<string>;
  /** Lines from which on another syntax holds: `intel`, `att`. */
  readonly dialects: readonly { readonly line: number; readonly dialect: string }[];
  /** Constants with known values, in lower case, for expressions. */
  readonly constants: ReadonlyMap<string, bigint>;
  /** The same as one text: sources with the same constants read their operands alike. */
  readonly constantsKey: string;
}

/** Files with more lines are data that somebody generated. */
const MOST_LINES = 200_000;
const MOST_TEXT = 8 << 20;

/** Whether a text is worth reading as a source. */
export const isSource = (text: string): boolean =>
  text.length <= MOST_TEXT && !text.slice(0, 8192).includes('\0') && !text.includes('\0');

/** @param text whatever it is; what is no source has no lines */
export const readAssembly = (text: string, language: AssemblyLanguage, reader: LineReader): AssemblyFile => {
  const texts = isSource(text) ? text.split(/\r?\n/, MOST_LINES) : [];
  const lines: AssemblyLine[] = [];
  const collector = new Collector(language);
  let state: AssemblyLine['next'] = 'code';
  for (const [number, line] of texts.entries()) {
    const before: AssemblyLine['next'] = state;
    const read: AssemblyLine = reader.read(line, before);
    lines.push(read);
    collector.add(read, number, before);
    state = read.next;
  }
  collector.end(texts.length - 1);
  const { definitions, includes, blocks, globals, dialects, constants } = collector;
  const constantsKey = [...constants].join();
  return { language, texts, lines, definitions, includes, blocks, globals, dialects, constants, constantsKey };
};

/** The syntax that holds in a line. */
export const dialectAt = ({ dialects }: Pick<AssemblyFile, 'dialects'>, line: number): string | undefined =>
  dialects.findLast((each) => each.line <= line)?.dialect;

class Collector {
  readonly definitions = new Map<string, Definition[]>();
  readonly includes: Include[] = [];
  readonly blocks: Block[] = [];
  readonly globals = new Set<string>();
  readonly dialects: { line: number; dialect: string }[] = [];
  readonly constants = new Map<string, bigint>();
  readonly #open: { readonly kind: Block['kind']; readonly first: number }[] = [];
  #comment: number | undefined;

  constructor(private readonly language: AssemblyLanguage) {}

  add(line: AssemblyLine, number: number, state: AssemblyLine['next']): void {
    if (state !== 'comment' && line.next === 'comment') this.#comment = number;
    if (state === 'comment' && line.next !== 'comment') this.#close('comment', this.#comment ?? number, number);
    for (const label of line.labels) {
      if (!/^\d/.test(label.text) && !label.text.includes('\\')) this.#define(label, number, 'label', '');
    }
    if (line.preprocessor) this.#preprocess(line.preprocessor, number);
    for (const statement of line.statements) this.#statement(statement, number);
  }

  end(last: number): void {
    if (this.#comment !== undefined) this.#close('comment', this.#comment, last);
  }

  #close(kind: Block['kind'], first: number, last: number): void {
    if (last > first) this.blocks.push({ kind, first, last });
    if (kind === 'comment') this.#comment = undefined;
  }

  #define({ text: name, start, end }: Name, line: number, kind: DefinitionKind, text: string, value?: bigint): void {
    const own: Definition = { name, kind, line, start, end, text, ...(value !== undefined && { value }) };
    const known = this.definitions.get(name);
    if (known) known.push(own);
    else this.definitions.set(name, [own]);
    // A constant with two values has none that is known.
    if (value !== undefined && !known) this.constants.set(name.toLowerCase(), value);
    else this.constants.delete(name.toLowerCase());
  }

  #constant(name: Name, line: number, text: string): void {
    const syntax = this.language.operandSyntax(undefined);
    const [token, ...more] = operandTokens(text, syntax, this.constants);
    if (token?.kind === 'word' && syntax.isRegister(token.text)) this.#define(name, line, 'register', text);
    else this.#define(name, line, 'constant', text, more.length === 0 ? token?.value : undefined);
  }

  #preprocess({ word, rest }: NonNullable<AssemblyLine['preprocessor']>, line: number): void {
    if (word === 'include') this.#include(rest, line);
    if (/^if/.test(word)) this.#open.push({ kind: 'preprocessor', first: line });
    if (word === 'endif') this.#end('preprocessor', line);
    if (word !== 'define') return;
    const [, name = '', text = ''] = /^([A-Za-z_]\w*)(.*)$/.exec(rest.text) ?? [];
    if (name !== '')
      this.#define({ text: name, start: rest.start, end: rest.start + name.length }, line, 'define', text.trim());
  }

  #include(rest: Name, line: number): void {
    const [, mark, path] = /^(["<])([^">]+)[">]/.exec(rest.text) ?? [];
    if (path === undefined) return;
    const start = rest.start + 1;
    this.includes.push({ path, line, start, end: start + path.length, isSystem: mark === '<' });
  }

  #end(kind: Block['kind'], line: number): void {
    const at = this.#open.findLastIndex((each) => each.kind === kind);
    const opened = this.#open[at];
    if (!opened) return;
    this.#open.splice(at);
    this.#close(kind, opened.first, line);
  }

  #statement({ kind, word, operands }: Statement, line: number): void {
    if (kind === 'assignment') return this.#constant(word, line, operands.text);
    // `name .req x0`
    const [, register] = /^\.req\s+(\S+)/i.exec(operands.text) ?? [];
    if (register !== undefined) return this.#define(word, line, 'register', register);
    if (kind !== 'directive') return;
    const directive = word.text.toLowerCase();
    const [, space = '', first = '', rest = ''] =
      /^(\s*)([A-Za-z_.$][\w.$]*)\s*[,\s]?\s*(.*)$/.exec(operands.text) ?? [];
    const start = operands.start + space.length;
    const name: Name = { text: first, start, end: start + first.length };
    const begun = BLOCKS.find(({ begin }) => begin.test(directive));
    if (begun) this.#open.push({ kind: begun.kind, first: line });
    const ended = BLOCKS.find(({ end }) => end.test(directive));
    if (ended) this.#end(ended.kind, line);
    switch (directive) {
      case '.equ':
      case '.set':
      case '.equiv':
        if (first !== '') this.#constant(name, line, rest);
        return;
      case '.macro':
        if (first !== '') this.#define(name, line, 'macro', rest);
        return;
      case '.comm':
      case '.lcomm':
        if (first !== '') this.#define(name, line, 'label', rest);
        return;
      case '.globl':
      case '.global':
      case '.weak':
      case '.extern':
        for (const each of operands.text.split(',')) this.globals.add(each.trim());
        return;
      case '.include':
        return this.#include(operands, line);
      case '.intel_syntax':
      case '.att_syntax':
        this.dialects.push({ line, dialect: directive.slice(1, directive.indexOf('_')) });
        return;
    }
  }
}
