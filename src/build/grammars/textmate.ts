/** TextMate grammars as VS Code reads them, as far as ours need them. */

type Captures = Readonly<Record<string, { readonly name: string } | { readonly patterns: readonly Rule[] }>>;

/** What one piece of text is: by a pattern, between two patterns, or by a rule of the repository. */
export interface Rule {
  readonly comment?: string;
  readonly name?: string;
  readonly match?: string;
  readonly captures?: Captures;
  readonly begin?: string;
  readonly end?: string;
  readonly beginCaptures?: Captures;
  readonly endCaptures?: Captures;
  readonly patterns?: readonly Rule[];
  readonly include?: string;
}

/** One file in `syntaxes/`. */
export interface Grammar {
  readonly name: string;
  readonly scopeName: string;
  readonly patterns: readonly Rule[];
  readonly repository: Readonly<Record<string, Rule>>;
}

/** Rules of the repository, in the order in which they are tried. */
export const rules = (...names: readonly string[]): Rule[] => names.map((name) => ({ include: `#${name}` }));

/** A pattern that matches any of the words, whole. Oniguruma takes the first that fits, so longer ones come first. */
export const anyOf = (words: Iterable<string>): string => {
  const sorted = [...new Set(words)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return `(?:${sorted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`;
};

/** Comments and preprocessor lines of C, which assembly, linker scripts and device trees take before they are read. */
export const cComments = (scope: string): Rule => ({
  patterns: [
    { name: `comment.block.${scope}`, begin: '/\\*', end: '\\*/' },
    { name: `comment.line.double-slash.${scope}`, match: '//.*$' },
  ],
});

/** `"text"` with escapes. */
export const strings = (scope: string): Rule => ({
  name: `string.quoted.double.${scope}`,
  begin: '"',
  end: '"|$',
  patterns: [{ name: `constant.character.escape.${scope}`, match: '\\\\(?:[0-7]{1,3}|x[0-9a-fA-F]+|.)' }],
});

/** Lines of the C preprocessor; `within` are rules for the rest of the line. */
export const preprocessor = (scope: string, within: readonly Rule[]): Rule => ({
  patterns: [
    {
      name: `meta.preprocessor.${scope}`,
      match: '^[ \\t]*(#[ \\t]*include)[ \\t]*(<[^>]*>|"[^"]*")?',
      captures: {
        1: { name: `keyword.control.directive.${scope}` },
        2: { name: `string.quoted.include.${scope}` },
      },
    },
    {
      name: `meta.preprocessor.${scope}`,
      begin: '^[ \\t]*(#[ \\t]*(?:define|undef))\\b(?:[ \\t]+(\\w+))?',
      beginCaptures: {
        1: { name: `keyword.control.directive.${scope}` },
        2: { name: `entity.name.function.preprocessor.${scope}` },
      },
      end: '(?<!\\\\)$',
      patterns: within,
    },
    {
      name: `meta.preprocessor.${scope}`,
      begin: '^[ \\t]*(#[ \\t]*(?:ifdef|ifndef|if|elifdef|elifndef|elif|else|endif|error|warning|line|pragma))\\b',
      beginCaptures: { 1: { name: `keyword.control.directive.${scope}` } },
      end: '(?<!\\\\)$',
      patterns: within,
    },
  ],
});
