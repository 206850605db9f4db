/** Mnemonics with their prefixes, and with the letters that AT&T syntax tells sizes by where no register does. */
import type { DecodedX86 } from './decode';
import type { Form } from './form';
import { memoryBitsOf, type Syntax } from './spelling';

/** Rows that are called otherwise by their operand size. */
const INTEL_NAMES: Readonly<Record<string, Readonly<Record<number, string>> | string>> = {
  iret: { 16: 'iret', 32: 'iretd', 64: 'iretq' },
  pushf: { 16: 'pushf', 32: 'pushfd', 64: 'pushfq' },
  popf: { 16: 'popf', 32: 'popfd', 64: 'popfq' },
  pusha: { 16: 'pusha', 32: 'pushad' },
  popa: { 16: 'popa', 32: 'popad' },
  retf: 'ret far',
  xlatb: 'xlat',
};

/** Names of AT&T syntax that are no Intel name with a suffix, by Intel's. */
const ATT_NAMES: Readonly<Record<string, string>> = {
  cbw: 'cbtw',
  cwde: 'cwtl',
  cdqe: 'cltq',
  cwd: 'cwtd',
  cdq: 'cltd',
  cqo: 'cqto',
  'call far': 'lcall',
  'jmp far': 'ljmp',
  'ret far': 'lret',
};

const intelName = (mnemonic: string, size: number): string => {
  const name = INTEL_NAMES[mnemonic] ?? mnemonic;
  return typeof name === 'string' ? name : (name[size] ?? mnemonic);
};

const LETTERS: Readonly<Record<number, string>> = { 8: 'b', 16: 'w', 32: 'l', 64: 'q' };
/** Of string instructions, whose last letter in Intel syntax says the size: `movsd` is `movsl`, and `stosd` is `stos`. */
const attString = (mnemonic: string): string =>
  /^(stos|lods|scas)/.test(mnemonic) ? mnemonic.slice(0, 4) : mnemonic.replace(/d$/, 'l');

/** Operands in memory that are no numbers: their size needs no letter. */
const SIZELESS = /^(set|prefetch|clflush|clwb|cldemote|invlpg|cmpxchg8b|cmpxchg16b)/;

/** The size of operands when there is no prefix. */
const defaultSize = ({ form, mode }: DecodedX86): number => {
  if (mode === 0) return form.isDefault64 ? 64 : 32;
  return mode === 1 ? 32 : 16;
};

/** Whether a register among the operands says how large they are. */
const isSizeShown = ({ form, insn }: DecodedX86): boolean =>
  form.operands.some(
    ({ kind, source }, at) =>
      !(at === form.memoryAt && insn.memory !== undefined) &&
      source !== undefined &&
      source !== 'count' &&
      source !== 'fixed' &&
      kind !== 'immediate',
  );

/** The size is one that nothing but a prefix says. */
const isOddSize = (decoded: DecodedX86): boolean => {
  const { form, insn, size } = decoded;
  if (size === 0 || form.repeats !== undefined || insn.memory !== undefined || isSizeShown(decoded)) return false;
  return SIZED_ALONE.test(form.mnemonic) && size !== defaultSize(decoded);
};
const SIZED_ALONE = /^(pusha?|popa|pushf|popf|iret|ret|retf|leave|enter|call|jmp|call far|jmp far)$/;

/** Jumps by a distance have no letter. */
const isJump = ({ form }: DecodedX86): boolean => form.mnemonic === 'jmp' && form.operands[0]?.kind === 'distance';

const letterOf = (decoded: DecodedX86): string => {
  const { form, insn, size } = decoded;
  if (isOddSize(decoded)) return isJump(decoded) ? '' : (LETTERS[size] ?? '');
  if (insn.memory === undefined || SIZELESS.test(form.mnemonic) || isSizeShown(decoded)) return '';
  if (size !== 0) return LETTERS[size] ?? '';
  return form.operands[form.memoryAt]?.bits === 8 ? 'b' : '';
};

const attName = (decoded: DecodedX86): string => {
  const { form, insn, size, addressBits } = decoded;
  const { mnemonic } = form;
  if (form.repeats) return attString(mnemonic);
  if (mnemonic === 'movsxd') return size === 64 ? 'movslq' : mnemonic;
  const extending = /^mov([sz])x$/.exec(mnemonic);
  if (extending) return `mov${extending[1]}${LETTERS[form.operands[1]?.bits ?? 0] ?? ''}${LETTERS[size] ?? ''}`;
  if (mnemonic === 'crc32') return `${mnemonic}${insn.memory ? (LETTERS[memoryBitsOf(decoded)] ?? '') : ''}`;
  // `movabs` tells an address of 64 bits from one of 32, which MOV has otherwise.
  const own = insn.memory === 'o' && addressBits !== 64 ? undefined : form.att;
  const intel = INTEL_NAMES[mnemonic];
  const name = typeof intel === 'object' ? mnemonic : intelName(mnemonic, size);
  return `${own ?? ATT_NAMES[name] ?? name}${letterOf(decoded)}`;
};

/** Branches on rcx are called by how much of it they look at. */
const ofCount = ({ form, addressBits }: DecodedX86): string | undefined =>
  form.mnemonic === 'jrcxz' ? { 16: 'jcxz', 32: 'jecxz', 64: 'jrcxz' }[addressBits] : undefined;

const prefixesOf = (decoded: DecodedX86, syntax: Syntax): string[] => {
  const { form, prefixes, mode, addressBits, size } = decoded;
  const { hasLock, repeat } = prefixes;
  const written: string[] = [];
  if (hasLock) written.push('lock');
  if (form.repeats !== undefined && repeat !== 0) written.push(repeat === 0xf2 ? 'repne' : form.repeats);
  const isNamed = typeof INTEL_NAMES[form.mnemonic] === 'object';
  if ((syntax === 'intel' ? !isNamed : isJump(decoded)) && isOddSize(decoded)) written.push(`data${size}`);
  if (/^loop/.test(form.mnemonic) && addressBits !== [64, 32, 16][mode]) written.push(`addr${addressBits}`);
  return written;
};

/** The mnemonic as it is written, behind its prefixes. */
export const mnemonicText = (decoded: DecodedX86, syntax: Syntax): string => {
  const name = syntax === 'att' ? attName(decoded) : intelName(decoded.form.mnemonic, decoded.size);
  return [...prefixesOf(decoded, syntax), ofCount(decoded) ?? name].join(' ');
};

/** Names that a form is written with in Intel's syntax, without prefixes. */
export const spellingsOf = ({ mnemonic, sizes = [] }: Form): string[] =>
  mnemonic === 'jrcxz' ? ['jcxz', 'jecxz', 'jrcxz'] : [0, ...sizes].map((size) => intelName(mnemonic, size));

/** Names of AT&T syntax, without the letters for sizes but where a name has them inside. */
export const attSpellingsOf = (form: Form): string[] => {
  const { mnemonic, att, sizes = [], operands } = form;
  const extending = /^mov([sz])x$/.exec(mnemonic);
  if (extending) {
    const from = LETTERS[operands[1]?.bits ?? 0] ?? '';
    return sizes.map((size) => `mov${extending[1]}${from}${LETTERS[size] ?? ''}`);
  }
  if (mnemonic === 'movsxd') return ['movslq'];
  if (form.repeats) return [attString(mnemonic)];
  return [...(att === undefined ? [] : [att]), ...spellingsOf(form).flatMap((name) => ATT_NAMES[name] ?? [])];
};
