/** Strings and checksums of SSE4.2, AES, and products without carries. */
import type { Feature } from '../cpus';
import type { FormOptions, FormTable, Sem } from '../form';
import { callWhole, high, immediate, low, MEDIA_MANUAL, sse } from '../simd/words';

const ref = MEDIA_MANUAL;
const RCX = 1;

const strings = (name: string, gives: 'index' | 'mask'): Sem =>
  sse((o, [first, second, control]) => {
    const v = second.readVector('any');
    const result = o.call(name, [low(o, v), high(o, v), immediate(control)], first.field);
    const bit = (at: number) => o.and(o.shrU(result, o.c(32 + at)), o.c(1));
    if (gives === 'index') o.write('r', RCX, o.low(result, 32));
    o.setStatus({ cf: bit(0), zf: bit(1), sf: bit(2), of: bit(3), pf: o.c(0) });
  });

const addStrings = (table: FormTable): void => {
  const operands = ['xmm', 'xmm/m128', 'uimm'];
  const add = (mnemonic: string, text: string, sem: Sem): void =>
    table.add(mnemonic, text, operands, { ref, doc: 'Compares strings.', sem, feature: 'SSE42', isRare: true });
  for (const [opcode, name, gives] of [
    ['60', 'pcmpestrm', 'mask'],
    ['61', 'pcmpestri', 'index'],
    ['62', 'pcmpistrm', 'mask'],
    ['63', 'pcmpistri', 'index'],
  ] as const) {
    add(name, `66 0F 3A ${opcode} /r ib`, strings(name, gives));
    if (name.startsWith('pcmpe')) add(`${name}64`, `REX.W + 66 0F 3A ${opcode} /r ib`, strings(`${name} 64`, gives));
  }
};

const addChecksums = (table: FormTable): void => {
  const checksum =
    (bytes: (bits: number) => number): Sem =>
    (o, [to, from], bits) =>
      to?.write(o.call(`crc32c-${bytes(bits)}`, [to.read(), from?.read() ?? o.c(0)]));
  const options = (sem: Sem): FormOptions => ({ ref, doc: 'Continues a checksum.', sem, feature: 'SSE42' });
  const ofByte = checksum(() => 1);
  table.add('crc32', 'F2 0F 38 F0 /r', ['r32', 'r/m8'], options(ofByte));
  table.add('crc32', 'REX.W + F2 0F 38 F0 /r', ['r64', 'r/m8'], options(checksum(() => 1)));
  const sized = options(checksum((bits) => bits / 8));
  table.add('crc32', 'F2 0F 38 F1 /r', ['r32', 'r/m'], { ...sized, sizes: [16, 32] });
  table.add('crc32', 'REX.W + F2 0F 38 F1 /r', ['r64', 'r/m64'], options(checksum(() => 8)));
};

const STEPS: readonly (readonly [name: string, text: string, doc: string, feature: Feature, imm?: 'uimm'])[] = [
  ['aesimc', '66 0F 38 DB /r', 'Columns multiplied by the inverse.', 'AES'],
  ['aesenc', '66 0F 38 DC /r', 'A round of encryption.', 'AES'],
  ['aesenclast', '66 0F 38 DD /r', 'The last round of encryption.', 'AES'],
  ['aesdec', '66 0F 38 DE /r', 'A round of decryption.', 'AES'],
  ['aesdeclast', '66 0F 38 DF /r', 'The last round of decryption.', 'AES'],
  ['aeskeygenassist', '66 0F 3A DF /r ib', 'What round keys are made of.', 'AES', 'uimm'],
  ['pclmulqdq', '66 0F 3A 44 /r ib', 'Product without carries.', 'PCLMULQDQ', 'uimm'],
];

export const addSse42 = (table: FormTable): void => {
  addStrings(table);
  addChecksums(table);
  for (const [name, text, doc, feature, imm] of STEPS) {
    const sem = sse((o, [to, from, control]) =>
      callWhole(o, name, to, from.readVector(), imm ? immediate(control) : undefined),
    );
    const options: FormOptions = { ref, doc, sem, feature, isRare: true };
    table.add(name, text, ['xmm', 'xmm/m128', ...(imm ? [imm] : [])], options);
  }
};
