/**
 * x86 assembly as GNU as and LLVM read it, in AT&T and Intel syntax. Words and forms come from the manual's lines (`insns/`); operands are not
 * checked: which sizes and suffixes assemblers put up with, nobody has written down.
 */
import type { AssemblyForm, AssemblyLanguage, OperandMatch, OperandWord } from '../core/assembly/language';
import type { OperandSyntax, OperandToken } from '../core/assembly/operand-text';
import type { Form } from './form';
import { FORMS } from './insns/all';
import { attSpellingsOf, spellingsOf } from './mnemonics';
import type { OperandSpec } from './operands';
import { generalName } from './register-names';
import { REGISTERS } from './registers';
import { SEGMENTS } from './state';

/** Names that assemblers know besides the manual's. @see GNU as, "i386-Mnemonics" */
const SYNONYMS: Readonly<Record<string, string>> = {
  retq: 'ret',
  retl: 'ret',
  callq: 'call',
  jmpq: 'jmp',
  movabs: 'mov',
  movabsq: 'mov',
  sal: 'shl',
  xlat: 'xlatb',
  wait: 'fwait',
  iretl: 'iret',
  lretq: 'retf',
  lretl: 'retf',
  sysretq: 'sysret',
  sysretl: 'sysret',
  sysexitq: 'sysexit',
  ud2a: 'ud2',
};

/** Letters that AT&T syntax puts behind a mnemonic for the size of its operands. */
const SIZE_LETTERS = ['b', 'w', 'l', 'q'];
const PREFIXES = [
  'lock',
  'rep',
  'repe',
  'repz',
  'repne',
  'repnz',
  'data16',
  'data32',
  'addr16',
  'addr32',
  'rex64',
  'rex',
  'notrack',
  'cs',
  'ds',
  'es',
  'fs',
  'gs',
  'ss',
];

const GENERAL = new Set(
  [8, 16, 32, 64].flatMap((bits) => Array.from({ length: 20 }, (_, index) => generalName(index, bits))),
);
const OTHERS = /^(xmm([0-9]|1[0-5])|[yz]mm([0-9]|[12]\d|3[01])|mm[0-7]|st|cr\d+|dr\d+|[re]?ip|k[0-7])$/;

const isName = (word: string): boolean =>
  word !== '' && (GENERAL.has(word) || (SEGMENTS as readonly string[]).includes(word) || OTHERS.test(word));

const ATT: OperandSyntax = { registerSign: '%', isRegister: (word) => word.startsWith('%') && isName(word.slice(1)) };
const INTEL: OperandSyntax = { isRegister: (word) => isName(word.replace(/^%/, '')) };

let byWord: ReadonlyMap<string, readonly Form[]> | undefined;

/** Forms by every word that is written for them, in either syntax. */
const words = (): ReadonlyMap<string, readonly Form[]> => {
  byWord ??= collect();
  return byWord;
};

const collect = (): ReadonlyMap<string, readonly Form[]> => {
  const found = new Map<string, Form[]>();
  const add = (word: string, form: Form): void => {
    const list = found.get(word);
    if (!list) found.set(word, [form]);
    else if (!list.includes(form)) list.push(form);
  };
  for (const form of FORMS.forms) {
    for (const word of [...spellingsOf(form), ...attSpellingsOf(form)]) add(word.replace(/^.* /, ''), form);
  }
  const known = [...found];
  for (const [word, forms] of known) {
    for (const letter of SIZE_LETTERS)
      for (const form of forms) if (!found.has(word + letter) || hasSize(form)) add(word + letter, form);
    for (const other of conditionNames(word)) for (const form of forms) add(other, form);
  }
  for (const [word, of] of Object.entries(SYNONYMS)) for (const form of found.get(of) ?? []) add(word, form);
  return found;
};

const hasSize = ({ operands }: Form): boolean => operands.some(({ kind }) => kind === 'general' || kind === 'memory');

/** `jz` of `je`, `setnae` of `setb`: conditions have several names. */
const conditionNames = (word: string): readonly string[] => {
  const [, start, condition] = /^(j|set|cmov)([a-z]+)$/.exec(word) ?? [];
  const row = CONDITIONS_BY_NAME.get(condition ?? '');
  return start === undefined || !row ? [] : row.map((name) => start + name);
};

const SAME_CONDITIONS = [
  'o',
  'no',
  'b nae c',
  'ae nb nc',
  'e z',
  'ne nz',
  'be na',
  'a nbe',
  's',
  'ns',
  'p pe',
  'np po',
  'l nge',
  'ge nl',
  'le ng',
  'g nle',
];
const CONDITIONS_BY_NAME = new Map(
  SAME_CONDITIONS.flatMap((row) => row.split(' ').map((name) => [name, row.split(' ')] as const)),
);

const operandText = ({ text, kind }: OperandSpec, isAtt: boolean): string => {
  if (!isAtt) return text;
  return kind === 'immediate' ? `$${text}` : text;
};

const formOf = (mnemonic: string, form: Form, dialect: string | undefined): AssemblyForm => {
  const isAtt = dialect !== 'intel';
  const texts = form.operands.map((operand) => operandText(operand, isAtt));
  const [row] = form.rows;
  return {
    mnemonic,
    operands: (isAtt ? texts.reverse() : texts).join(', '),
    doc: form.doc,
    ...(form.mnemonic !== mnemonic && { of: form.mnemonic }),
    ...(row && { ref: row.ref }),
    encoding: form.text,
  };
};

type Shape = 'register' | 'immediate' | 'memory' | 'name';

/** What each operand looks like. */
const shapesOf = (tokens: readonly OperandToken[], { isRegister }: OperandSyntax): Shape[] => {
  const groups: OperandToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (/^[([]$/.test(token.text)) depth += 1;
    if (/^[)\]]$/.test(token.text)) depth -= 1;
    if (token.text === ',' && depth === 0) groups.push([]);
    else groups.at(-1)?.push(token);
  }
  return groups
    .filter((group) => group.length > 0)
    .map((group): Shape => {
      if (group.some(({ text }) => /^[([]$/.test(text))) return 'memory';
      if (group.some(({ text }) => isRegister(text))) return 'register';
      const [first] = group;
      return first?.text.startsWith('$') || first?.kind === 'number' ? 'immediate' : 'name';
    });
};

const fits = ({ kind, mayBeMemory }: OperandSpec, shape: Shape): boolean => {
  if (kind === 'distance') return shape === 'name' || shape === 'immediate';
  if (kind === 'immediate' || kind === 'one') return shape === 'immediate' || shape === 'name';
  if (shape === 'register') return kind !== 'memory';
  return mayBeMemory;
};

const best = (
  word: string,
  forms: readonly Form[],
  tokens: readonly OperandToken[],
  dialect: string | undefined,
): OperandMatch | undefined => {
  const isAtt = dialect !== 'intel';
  const shapes = shapesOf(tokens, isAtt ? ATT : INTEL);
  if (isAtt) shapes.reverse();
  const [first] = forms;
  const found = forms.find(
    ({ operands }) =>
      operands.length === shapes.length && operands.every((operand, at) => fits(operand, shapes[at] ?? 'name')),
  );
  const form = found ?? first;
  return form && { form: formOf(word, form, dialect), problem: undefined };
};

let operandWords: readonly OperandWord[] | undefined;
let mnemonics: ReadonlyMap<string, string> | undefined;
let byName: ReadonlyMap<string, OperandWord> | undefined;

const allWords = (): readonly OperandWord[] => {
  operandWords ??= REGISTERS.map(({ name, aliases, group, doc, fields, number }): OperandWord => {
    const isRegister = group !== 'system' || isName(name);
    return {
      ...{ name, doc, aliases, kind: isRegister ? 'register' : 'system register' },
      ...(fields && { fields }),
      ...(number !== undefined && { number: `0x${number.toString(16)}` }),
    };
  });
  return operandWords;
};

export const X86_64_ASSEMBLY: AssemblyLanguage = {
  name: 'x86_64',
  syntax: { comments: ['#'], lineComments: [], separators: [';'] },
  operandSyntax: (dialect) => (dialect === 'intel' ? INTEL : ATT),
  get mnemonics() {
    mnemonics ??= new Map([...words()].map(([word, [form]]) => [word, form?.doc ?? '']));
    return mnemonics;
  },
  prefixes: new Set(PREFIXES),
  forms: (mnemonic, dialect) => (words().get(mnemonic) ?? []).map((form) => formOf(mnemonic, form, dialect)),
  match: (mnemonic, tokens, dialect) => {
    if (PREFIXES.includes(mnemonic))
      return { form: { mnemonic, operands: '', doc: 'A prefix of the next instruction.' }, problem: undefined };
    const forms = words().get(mnemonic);
    return forms && best(mnemonic, forms, tokens, dialect);
  },
  get operandWords() {
    return allWords();
  },
  operandWord: (name) => {
    byName ??= new Map(
      allWords().flatMap((word) => [word.name, ...word.aliases].map((each) => [each.toLowerCase(), word])),
    );
    return byName.get(name.toLowerCase().replace(/^%/, ''));
  },
  directives: {},
};
