/** Where a kernel begins in its sources: the functions that get "Debug" above them. A table, for each kind of file. */

/** How entries look in one kind of file. */
interface EntryRule {
  /** Endings of the files' names. */
  readonly files: RegExp;
  /** A line that begins an entry; the group `name` is its symbol. */
  readonly line: RegExp;
  /** The line, or one of those before it without blank ones between, must be like this. */
  readonly after?: RegExp;
  /** Files with such a line are none of a kernel: programs for a host, or for the users of one. */
  readonly unless?: RegExp;
}

/** A place in a source where a kernel begins. */
export interface Entry {
  /** From 0 on. */
  readonly line: number;
  readonly symbol: string;
}

const NAMES = '(?<name>_start|_entry|main|rust_main|kmain|k_main|kernel_main|kernel_entry|kernel_start|start_kernel)';

export const ENTRY_RULES: readonly EntryRule[] = [
  {
    // `void kmain(void) {`, also with its type on the line before; declarations end in a semicolon.
    files: /\.(c|cc|cpp|cxx|c\+\+)$/i,
    line: new RegExp(`^(?:extern\\s+"C"\\s+)?(?:[A-Za-z_][\\w:]*[\\s*]+)*${NAMES}\\s*\\([^;]*$`),
    unless: /^\s*#\s*include\s*[<"](?:stdio\.h|stdlib\.h|unistd\.h|iostream|vector|string|user\/user\.h|user\.h)[>"]/m,
  },
  {
    files: /\.rs$/i,
    line: new RegExp(`^\\s*(?:#\\[.*\\]\\s*)?(?:pub\\s+)?(?:unsafe\\s+)?(?:extern\\s+"C"\\s+)?fn\\s+${NAMES}\\b`),
    after: /^\s*#\[(?:unsafe\(\s*)?(?:no_mangle|export_name|link_section|(?:\w+::)*entry)\b/,
  },
  { files: /\.zig$/i, line: new RegExp(`^\\s*(?:pub\\s+)?export\\s+fn\\s+${NAMES}\\b`) },
  { files: /\.(s|asm)$/i, line: new RegExp(`^\\s*${NAMES}:`) },
  { files: /\.(ld|lds|ld\.s|x)$/i, line: /^\s*ENTRY\s*\(\s*(?<name>[\w.$]+)\s*\)/ },
];

/** Assembly that defines its entry by a macro, or in another file, still says that it is for others to see. */
const GLOBAL = new RegExp(`^\\s*\\.glob[a]?l\\s+${NAMES}\\s*(?:$|[#/;])`);

/** How far up an attribute stands from its function: others may stand between. */
const NEAR = 6;

/** The entries in a source: each symbol once. */
export function entriesIn(file: string, text: string): Entry[] {
  const lines = text.split(/\r?\n/);
  const rules = ENTRY_RULES.filter(({ files, unless }) => files.test(file) && !unless?.test(text));
  const found = rules.flatMap(({ line: pattern, after }) =>
    lines.flatMap((line, index) => {
      const symbol = pattern.exec(line)?.groups?.name;
      if (symbol === undefined || (after && !isNear(lines, index, after))) return [];
      return [{ line: index, symbol }];
    }),
  );
  if (found.length === 0 && /\.(s|asm)$/i.test(file)) {
    const index = lines.findIndex((line) => GLOBAL.test(line));
    const symbol = GLOBAL.exec(lines[index] ?? '')?.groups?.name;
    if (symbol !== undefined) found.push({ line: index, symbol });
  }
  return found.filter(({ symbol }, index) => found.findIndex((other) => other.symbol === symbol) === index);
}

function isNear(lines: readonly string[], index: number, pattern: RegExp): boolean {
  for (let at = index; at >= Math.max(0, index - NEAR) && lines[at]?.trim() !== ''; at--) {
    if (pattern.test(lines[at] ?? '')) return true;
  }
  return false;
}
