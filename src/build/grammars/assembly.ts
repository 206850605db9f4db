/** Grammars of GNU assembly: one for each instruction set, and one for files that do not say which. */
import type { AssemblyDialect } from './assembly-dialects';
import { anyOf, cComments, type Grammar, preprocessor, type Rule, rules, strings } from './textmate';

/** The words of an instruction set. */
export interface AssemblyWords {
  readonly mnemonics: readonly string[];
  readonly registers: readonly string[];
  /** Registers that privileged code configures the processor with. */
  readonly systemRegisters: readonly string[];
}

const NO_WORDS: AssemblyWords = { mnemonics: [], registers: [], systemRegisters: [] };

/** Where a statement begins: in a line, behind a label, a separator or a comment. */
const START = '(?:^|(?<=[;:]|\\*/))[ \\t]*';
const SYMBOL = '[A-Za-z_.$][\\w.$]*';
/** What keeps a word from going on. */
const END = '(?![\\w.$])';

const escaped = (signs: string): string => signs.replace(/[$^\]\\]/g, '\\$&');

/** The grammar of a dialect. `words` are those of its instruction set; undefined while no table of it is there. */
export function assemblyGrammar(dialect: AssemblyDialect, words: AssemblyWords = NO_WORDS): Grammar {
  const scope = 'asm';
  return {
    name: dialect.title,
    scopeName: `source.worldstep.asm${dialect.isa === undefined ? '' : `.${dialect.isa}`}`,
    patterns: rules(
      'comments',
      'preprocessor',
      'lineComments',
      'macros',
      'sections',
      'assignments',
      'labels',
      'directives',
      'mnemonics',
      'statements',
      'operands',
    ),
    repository: {
      comments: cComments(scope),
      preprocessor: preprocessor(scope, rules('comments', 'operands')),
      lineComments: { patterns: dialect.comments.map((match) => ({ name: `comment.line.${scope}`, match })) },
      macros: {
        match: `${START}(\\.macro)[ \\t]+(${SYMBOL})(?:[ \\t]*,?[ \\t]*([^#;/\\n]*))?`,
        captures: {
          1: { name: `keyword.control.directive.${scope}` },
          2: { name: `entity.name.function.macro.${scope}` },
          3: { patterns: [{ name: `variable.parameter.${scope}`, match: '[A-Za-z_]\\w*' }, ...rules('operands')] },
        },
      },
      sections: {
        match: `${START}(\\.(?:push)?section)[ \\t]+(${SYMBOL}|"[^"]*")`,
        captures: {
          1: { name: `keyword.other.directive.${scope}` },
          2: { name: `entity.name.section.${scope}` },
        },
      },
      assignments: {
        patterns: [
          {
            match: `${START}(\\.(?:set|equ|equiv|eqv))[ \\t]+(${SYMBOL})`,
            captures: {
              1: { name: `keyword.other.directive.${scope}` },
              2: { name: `variable.other.constant.${scope}` },
            },
          },
          {
            match: `${START}(${SYMBOL})[ \\t]*(==?)`,
            captures: {
              1: { name: `variable.other.constant.${scope}` },
              2: { name: `keyword.operator.assignment.${scope}` },
            },
          },
        ],
      },
      labels: {
        patterns: [
          {
            match: `${START}(\\.L[\\w.$]*|[0-9]+)[ \\t]*(:)`,
            captures: { 1: { name: `entity.name.label.${scope}` }, 2: { name: `punctuation.separator.${scope}` } },
          },
          {
            match: `${START}(${SYMBOL}|"[^"]*")[ \\t]*(:)(?!:)`,
            captures: { 1: { name: `entity.name.function.${scope}` }, 2: { name: `punctuation.separator.${scope}` } },
          },
        ],
      },
      directives: {
        patterns: [
          {
            match: `${START}(\\.(?:endm|exitm|if\\w*|else|elseif|endif|rept|irpc?|endr|purgem|altmacro|noaltmacro|include|incbin))${END}`,
            captures: { 1: { name: `keyword.control.directive.${scope}` } },
          },
          {
            match: `${START}(\\.[A-Za-z_]\\w*)${END}`,
            captures: { 1: { name: `keyword.other.directive.${scope}` } },
          },
        ],
      },
      mnemonics: mnemonics(dialect, words.mnemonics),
      // Macros, and what no table has.
      statements: {
        match: `${START}([A-Za-z_][\\w.$]*)`,
        captures: {
          1: { name: `${isWhole(dialect, words) ? 'support.function.macro' : 'keyword.mnemonic'}.${scope}` },
        },
      },
      operands: {
        patterns: rules('strings', 'characters', 'parameters', 'relocations', 'registers', 'numbers', 'operators'),
      },
      strings: strings(scope),
      characters: { name: `constant.character.${scope}`, match: "'(?:\\\\.|[^'\\\\])'?" },
      parameters: { name: `variable.parameter.${scope}`, match: '\\\\(?:\\(\\)|@|\\w+)' },
      relocations: {
        patterns: [
          { name: `support.function.relocation.${scope}`, match: '%[a-z]\\w*(?=\\()' },
          {
            match: `(:[a-z]\\w*:)(${SYMBOL})?`,
            captures: { 1: { name: `support.function.relocation.${scope}` } },
          },
        ],
      },
      registers: registers(dialect, words),
      numbers: numbers(dialect),
      operators: { name: `keyword.operator.${scope}`, match: '<<|>>|==|!=|<>|<=|>=|&&|\\|\\||[-+*/%&|^~!<>]' },
    },
  };
}

/** Whether the words are all there are: then a statement that begins with another one is a macro. */
const isWhole = ({ isa }: AssemblyDialect, { mnemonics }: AssemblyWords): boolean =>
  isa !== undefined && mnemonics.length > 0;

function mnemonics({ prefixes = [] }: AssemblyDialect, words: readonly string[]): Rule {
  const scope = 'asm';
  const before = `(?:((?i:${anyOf(prefixes)}))[ \\t]+)`;
  return {
    patterns: [
      ...(prefixes.length === 0
        ? []
        : [
            {
              match: `${START}${before}([A-Za-z_][\\w.]*)?`,
              captures: { 1: { name: `keyword.mnemonic.${scope}` }, 2: { name: `keyword.mnemonic.${scope}` } },
            },
          ]),
      ...(words.length === 0
        ? []
        : [
            {
              match: `${START}((?i:${anyOf(words)}))${END}(?![ \\t]*[:=])`,
              captures: { 1: { name: `keyword.mnemonic.${scope}` } },
            },
          ]),
    ],
  };
}

function registers({ registerSign }: AssemblyDialect, words: AssemblyWords): Rule {
  const scope = 'asm';
  const named = (names: readonly string[], name: string): Rule[] =>
    names.length === 0 ? [] : [{ name: `${name}.${scope}`, match: `(?<![\\w.$])(?i:${anyOf(names)})${END}` }];
  return {
    patterns: [
      ...(registerSign === undefined
        ? []
        : [
            {
              // A segment before an operand: what stands behind its colon begins no statement.
              match: `([${escaped(registerSign)}][a-z]\\w*)(?::(?:${SYMBOL})?)?`,
              captures: { 1: { name: `variable.language.register.${scope}` } },
            },
          ]),
      ...named(words.registers, 'variable.language.register'),
      ...named(words.systemRegisters, 'variable.language.system'),
    ],
  };
}

function numbers({ immediateSign }: AssemblyDialect): Rule {
  const scope = 'asm';
  return {
    patterns: [
      { name: `entity.name.label.reference.${scope}`, match: '(?<![\\w.$])[0-9]+[bf](?![\\w.$])' },
      ...(immediateSign === undefined
        ? []
        : [{ name: `punctuation.definition.immediate.${scope}`, match: `[${escaped(immediateSign)}](?=[-+~(\\w.'])` }]),
      {
        name: `constant.numeric.${scope}`,
        match:
          '(?<![\\w.])(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9]+\\.[0-9]*(?:[eE][-+]?[0-9]+)?|[0-9]+)(?:[uU]?[lL]{0,2})(?![\\w.$])',
      },
    ],
  };
}
