/**
 * Pointer authentication. Those in the space of hints do nothing on processors without it, and have quick forms that do nothing
 * while no key is enabled. @see Arm ARM, C3.1.10 "Pointer authentication instructions"
 */
import type { QuickForm } from '../../core/engine-isa';
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn, MANUAL, type Sem } from '../insn';
import type { A64Ops } from '../ops';

const KEYS = ['ia', 'ib', 'da', 'db'] as const;
const LINK = 30;

const actionOf = (name: string): string => (name.startsWith('pac') ? 'signed' : 'authenticated');

/** Modifier Rn, or 0 in the forms with Z. */
const generals = (what: 'pac' | 'aut'): PatternInsn[] =>
  KEYS.flatMap((key, at) => {
    const opcode = ((what === 'aut' ? 4 : 0) + at).toString(2).padStart(3, '0');
    const row = (name: string, bits: string, asm: string, modifier: (o: A64Ops, f: Parameters<Sem>[1]) => V64) =>
      insn(name, `110110101100000100 ${bits} Rd:5`, {
        asm,
        ref: `${MANUAL} "${name.toUpperCase()}"`,
        doc: `Rd = Rd ${actionOf(name)} with key ${key.toUpperCase()}.`,
        sem: (o, f) => {
          o.requires('PAuth');
          o.in64.setR(f.Rd, o.call(`${what}-${key}`, [o.in64.r(f.Rd), modifier(o, f)]));
        },
      });
    const zero = `${what}${key[0]}z${key[1]}`;
    return [
      row(`${what}${key}`, `0 ${opcode} Rn:5`, '{x:Rd}, {xsp:Rn}', (o, f) => o.in64.rsp(f.Rn)),
      row(zero, `1 ${opcode} 11111`, '{x:Rd}', (o) => o.c(0)),
    ];
  });

const strips = (['i', 'd'] as const).map((kind, D) =>
  insn(`xpac${kind}`, `110110101100000101000 ${D} 11111 Rd:5`, {
    asm: '{x:Rd}',
    ref: `${MANUAL} "XPACD, XPACI, XPACLRI"`,
    doc: 'Rd = Rd without its authentication code.',
    sem: (o, f) => {
      o.requires('PAuth');
      o.in64.setR(f.Rd, o.call(`xpac-${kind}`, [o.in64.r(f.Rd)]));
    },
  }),
);

/** Hints: number, name, the pointer's register and its modifier. */
const HINTS: readonly (readonly [number, string, number, 'sp' | 16 | undefined])[] = [
  [8, 'pacia1716', 17, 16],
  [10, 'pacib1716', 17, 16],
  [12, 'autia1716', 17, 16],
  [14, 'autib1716', 17, 16],
  [24, 'paciaz', LINK, undefined],
  [25, 'paciasp', LINK, 'sp'],
  [26, 'pacibz', LINK, undefined],
  [27, 'pacibsp', LINK, 'sp'],
  [28, 'autiaz', LINK, undefined],
  [29, 'autiasp', LINK, 'sp'],
  [30, 'autibz', LINK, undefined],
  [31, 'autibsp', LINK, 'sp'],
];

const hintBits = (number: number): string => `11010101000000110010 ${number.toString(2).padStart(7, '0')} 11111`;

const hints = HINTS.map(([number, name, register, modifier]) => {
  const call = `${name.slice(0, 3)}-${name.slice(3, 5)}`;
  return insn(name, hintBits(number), {
    asm: '',
    ref: `${MANUAL} "${call.replace('-', '').toUpperCase()}, ${name.toUpperCase()}"`,
    doc: `x${register} = x${register} ${actionOf(name)}.`,
    sem: (o) => {
      const by = modifier === undefined ? o.c(0) : modifier === 'sp' ? o.slot('sp') : o.read('x', modifier);
      o.write('x', register, o.call(call, [o.read('x', register), by]));
    },
  });
});

const stripLink = insn('xpaclri', hintBits(7), {
  asm: '',
  ref: `${MANUAL} "XPACD, XPACI, XPACLRI"`,
  doc: 'x30 = x30 without its authentication code.',
  sem: (o) => o.write('x', LINK, o.call('xpac-i', [o.read('x', LINK)])),
});

/** `braa`, `blraaz`, `retab` …: the target is authenticated first. */
const branches = (['a', 'b'] as const).flatMap((key, M) => {
  const call = `aut-i${key}`;
  const row = (
    name: string,
    bits: string,
    asm: string,
    kind: 'indirect' | 'call' | 'return',
    target: (o: A64Ops, f: Parameters<Sem>[1]) => V64,
  ): PatternInsn =>
    insn(name, bits, {
      asm,
      ref: `${MANUAL} "${name.toUpperCase()}"`,
      doc: `${kind === 'call' ? 'x30 = address of the next instruction; jumps' : 'Jumps'} to a pointer that is authenticated.`,
      kind,
      sem: (o, f) => {
        o.requires('PAuth');
        const to = target(o, f);
        if (kind === 'call') o.write('x', LINK, o.nextPc());
        o.jump(to);
      },
    });
  const bySp = (o: A64Ops, f: Parameters<Sem>[1]): V64 => o.call(call, [o.in64.r(f.Rn), o.in64.rsp(f.Rm)]);
  const byZero = (o: A64Ops, f: Parameters<Sem>[1]): V64 => o.call(call, [o.in64.r(f.Rn), o.c(0)]);
  return [
    row(`bra${key}z`, `1101011 0000 11111 00001${M} Rn:5 11111`, '{x:Rn}', 'indirect', byZero),
    row(`bra${key}`, `1101011 1000 11111 00001${M} Rn:5 Rm:5`, '{x:Rn}, {xsp:Rm}', 'indirect', bySp),
    row(`blra${key}z`, `1101011 0001 11111 00001${M} Rn:5 11111`, '{x:Rn}', 'call', byZero),
    row(`blra${key}`, `1101011 1001 11111 00001${M} Rn:5 Rm:5`, '{x:Rn}, {xsp:Rm}', 'call', bySp),
    row(`reta${key}`, `1101011 0010 11111 00001${M} 11111 11111`, '', 'return', (o) =>
      o.call(call, [o.read('x', LINK), o.slot('sp')]),
    ),
  ];
});

/** The base is authenticated with a data key, and written back without its code where W is set. */
const loads = (['a', 'b'] as const).flatMap((key, M) =>
  (['', '-pre'] as const).map((which) => {
    const name = `ldra${key}${which}`;
    return insn(name, `11111000 ${M} simm[12] 1 simm[11:3] ${which ? '1' : '0'} 1 Rn:5 Rt:5`, {
      asm: which ? '{x:Rt}, [{xsp:Rn}, #{simm}]!' : '{x:Rt}, [{xsp:Rn}{offset:simm}]',
      ref: `${MANUAL} "LDRAA, LDRAB"`,
      doc: 'Rt = 8 bytes at a pointer that is authenticated.',
      sem: (o, f) => {
        o.requires('PAuth');
        const address = o.add(o.call(`aut-d${key}`, [o.in64.rsp(f.Rn), o.c(0)]), o.imm(f.simm));
        const value = o.load(8, false, address);
        if (which) o.in64.setRsp(f.Rn, address);
        o.in64.setR(f.Rt, value);
      },
    });
  }),
);

const generic = insn('pacga', '10011010110 Rm:5 001100 Rn:5 Rd:5', {
  asm: '{x:Rd}, {x:Rn}, {xsp:Rm}',
  ref: `${MANUAL} "PACGA"`,
  doc: 'Rd = a code of Rn and Rm in the upper half.',
  sem: (o, f) => {
    o.requires('PAuth');
    o.in64.setR(f.Rd, o.call('pac-ga', [o.in64.r(f.Rn), o.in64.rsp(f.Rm)]));
  },
});

export const INSNS_PAUTH: readonly PatternInsn[] = [
  ...generals('pac'),
  ...generals('aut'),
  ...strips,
  ...hints,
  stripLink,
  ...branches,
  ...loads,
  generic,
];

/** SCTLR_ELx.EnIA and EnIB. */
const ENABLES = 3n << 30n;

/** What the hints that sign and authenticate do on most guests: nothing. */
const nothing = insn('hint of pointer authentication without keys', '11010101000000110010 ------- 11111', {
  asm: '',
  ref: `${MANUAL} "PACIASP"`,
  doc: 'Does nothing while no key is enabled.',
  sem: (o) => {
    const enables = o.or(o.slot('SCTLR_EL1'), o.slot('SCTLR_EL2'));
    o.onlyIf(o.eqz(o.and(enables, o.c(ENABLES))));
  },
});

export const QUICK_PAUTH: readonly QuickForm[] = HINTS.map(([, of]) => ({ of, form: nothing }));
