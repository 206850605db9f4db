/** VS Code's setting `files.exclude`, for files that are not found by VS Code's own search. */

/** Whether the setting leaves a path out. Its patterns with a `when` depend on other files and are not heeded. */
export function excluded(setting: Readonly<Record<string, unknown>>): (path: string) => boolean {
  const patterns = Object.entries(setting).flatMap(([glob, value]) => (value === true ? [pathPattern(glob)] : []));
  return (path) => patterns.some((pattern) => pattern.test(path));
}

const TOKENS = /\*\*\/|\/\*\*$|\*\*|\*|\?|\{[^}]*\}|\[[^\]]*\]|[.+^$()|\\{}[\]]/g;

const MEANINGS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '/**': '(?:/.*)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};

/** A pattern of paths in VS Code's form: `**`, `*`, `?`, `{one,other}` and `[a-z]`. */
export function pathPattern(glob: string): RegExp {
  const source = glob.replace(TOKENS, (token) => {
    const meaning = MEANINGS[token];
    if (meaning !== undefined) return meaning;
    if (token.length > 1 && token.startsWith('{')) {
      const words = token.slice(1, -1).split(',');
      return `(?:${words.map((word) => pathPattern(word).source.slice(1, -1)).join('|')})`;
    }
    if (token.length > 1 && token.startsWith('[')) return token.replace(/^\[!/, '[^');
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}
