/** What the Debug Console, watches and hovers take: the table of README.md, and the answer to `help`. */

import { t } from '../base/l10n';

/** A row: what is typed, in code, and what it is. */
export interface ConsoleRow {
  readonly examples: readonly string[];
  readonly text: string;
  /** In the Debug Console only. */
  readonly isCommand?: true;
}

/** In the order in which they are explained. */
export const CONSOLE_ROWS: readonly ConsoleRow[] = [
  {
    examples: ['queue', 'MESSAGES', 'msgqueue::MESSAGES', 'message + 1'],
    text: "locals, statics by any end of their path, arithmetic with Rust's precedences",
  },
  {
    examples: ['queue.head', 'node->next', 'pair.0', 'slots[2]'],
    text: 'fields, through references, smart pointers, locks and their guards too; elements',
  },
  { examples: ['*pointer', '&queue'], text: 'what a pointer leads to, where a value is' },
  {
    examples: ['$sp as *const u64', '(u32*)sp', '*(u64*)0xffffffc080200000'],
    text: 'casts, in either language',
  },
  {
    examples: ['$sp', '$satp', '$fa0', 'sp'],
    text: 'registers and CSRs; without the sign when nothing else is called so',
  },
  {
    examples: ['hart == 1', '$hart'],
    text: 'the number of the processor, where nothing else is called so; for conditions',
  },
  { examples: ['sizeof(queue)', 'sizeof(u64)'], text: 'the bytes of a value or a type' },
  { examples: ['pa:0x80200000', 'va:$sp'], text: 'a 64-bit word of physical or of virtual memory' },
  { examples: ['state == Ready', 'name == "idle"'], text: 'enums by variant, strings by text' },
  {
    examples: ['expression,x'],
    text: 'shown in hexadecimal; `,d` decimal, `,b` binary, `,o` octal, `,c` character, `,r` raw fields',
  },
  { examples: ['message = 7', '$a0 = 0x10'], text: 'assignments', isCommand: true },
  {
    examples: ['explain 0x1000 write in guest user'],
    text: "every page-table entry that the walk reads, in both stages, and how it ends. `read` and the current world if nothing else is said; `gpa:0x…` is an address in a guest's memory, `pa:0x…` a physical one",
    isCommand: true,
  },
  {
    examples: ['bookmark page tables before'],
    text: 'keeps all page tables under a name for the Page Tables view to compare with',
    isCommand: true,
  },
  { examples: ['help'], text: 'this table', isCommand: true },
];

/** Words that begin a line of the Debug Console and are no expressions, with what follows them. */
export const CONSOLE_COMMANDS: readonly { readonly label: string; readonly detail: string }[] = [
  { label: 'help', detail: 'What the Debug Console takes' },
  { label: 'explain ', detail: 'ADDRESS [read|write|execute] [in WORLD]: how it is translated' },
  { label: 'bookmark page tables', detail: '[NAME]: keep them to compare with' },
];

/** So wide is what is typed, in the answer to `help`. */
const WIDTH = 40;

/** The answer to `help`: a row a line. */
export function helpText(): string {
  const plain = (text: string): string => text.replaceAll('`', '');
  const rows = CONSOLE_ROWS.flatMap(({ examples, text }) => {
    const typed = examples.join('   ');
    return typed.length < WIDTH
      ? [`  ${typed.padEnd(WIDTH)}${plain(t(text))}`]
      : [`  ${typed}`, `  ${' '.repeat(WIDTH)}${plain(t(text))}`];
  });
  return [
    t`Expressions in Rust's and C's notation, and some commands:`,
    ...rows,
    t`Functions of the guest cannot be called: looking never disturbs it. Tab and Ctrl+Space complete names.`,
  ].join('\n');
}

/** The table of README.md. */
export const consoleMarkdown = (): string =>
  [
    '| | |',
    '| --- | --- |',
    ...CONSOLE_ROWS.map(({ examples, text, isCommand }) => {
      const where = isCommand ? 'in the Debug Console: ' : '';
      return `| ${examples.map((one) => `\`${one}\``).join(', ')} | ${where}${text} |`;
    }),
  ].join('\n');
