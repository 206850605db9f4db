import { describe, expect, it } from 'vitest';
import { decodeX86 } from '../../../../src/isa/x86_64/decode';
import { disassembleX86 } from '../../../../src/isa/x86_64/disassembly';
import { type Form, FormTable } from '../../../../src/isa/x86_64/form';
import { FORMS, INTEGERS } from '../../../../src/isa/x86_64/insns/all';
import { Random, SEED } from '../../../support/random';
import { allCases, type Case } from './cases';
import { comparable, DIFFERENCES, type Difference } from './differences';
import { icedText } from './iced';

const AT = 0x1000n;

const keyOf = ({ mnemonic, text }: Pick<Form, 'mnemonic' | 'text'>): string => `${mnemonic} ${text}`;

/** Forms whose text is compared. */
const COMPARED = new Set(new FormTable(INTEGERS).forms.map(keyOf));

/** NOPs that are kept for what has effects only where it is switched on: iced calls them by what they became. */
const isReserved = ({ mnemonic, text }: Form): boolean => mnemonic === 'nop' && text.endsWith('/r');

/** Control and debug registers that are none raise #UD when they are accessed. */
const namesNoRegister = ({ operands }: Form): boolean =>
  operands.some(({ kind }) => kind === 'control' || kind === 'debug');

const dump = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

interface Found {
  readonly different: string[];
  readonly forms: Set<string>;
  readonly used: Set<Difference>;
}

/** Looks at one case, both ways. */
const look = ({ bytes, mode }: Case, { different, forms, used }: Found): void => {
  const decoded = decodeX86(bytes, mode);
  if (decoded === undefined || decoded === 'short') return;
  const { form, length } = decoded;
  const iced = icedText(bytes, AT, mode);
  const where = `mode ${mode}, ${dump(bytes.subarray(0, Math.max(length, iced.length)))}, ${keyOf(form)}`;
  if (iced.length === 0 && namesNoRegister(form)) return;
  if (iced.length !== length) {
    different.push(`${where}: ${length} bytes, iced ${iced.length === 0 ? 'none' : iced.length}`);
    return;
  }
  if (!COMPARED.has(keyOf(form))) return;
  forms.add(keyOf(form));
  if (isReserved(form)) return;
  for (const syntax of ['intel', 'att'] as const) {
    const { mnemonic, operands } = disassembleX86(bytes, AT, mode, syntax);
    const text = `${mnemonic} ${operands}`.trim().replace(/ # .*/, '');
    const [ours, theirs] = [comparable(text, syntax, 'ours', used), comparable(iced[syntax], syntax, 'iced', used)];
    if (ours !== theirs) different.push(`${where}: ${ours} / ${theirs}`);
  }
};

describe('the decoder and both syntaxes beside iced-x86', () => {
  const found: Found = { different: [], forms: new Set(), used: new Set() };
  const random = new Random(SEED);
  for (const one of allCases(random, FORMS.forms, 3, 6000)) look(one, found);

  it('agree on length and text of every instruction, in all three modes', () => {
    expect(found.different, `WORLDSTEP_SEED=${SEED}`).toEqual([]);
  });

  it('had every form of an integer instruction before them', () => {
    expect(
      [...COMPARED].filter((key) => !found.forms.has(key)),
      `WORLDSTEP_SEED=${SEED}`,
    ).toEqual([]);
  });

  it('need every difference that is listed', () => {
    expect(
      DIFFERENCES.filter((difference) => !found.used.has(difference)).map(({ why, of }) => `${why}: ${of}`),
    ).toEqual([]);
  });
});
