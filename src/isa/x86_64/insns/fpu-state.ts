/** Control and state of the x87, MMX and SSE. The images in memory are `x87/images.ts`. */

import type { V64 } from '../../core/ops';
import type { FormOptions, FormTable, Sem } from '../form';
import { FPU_USE } from '../fpu-access';
import type { X86Ops } from '../ops';
import { MEDIA_MANUAL, MMX_MANUAL, pendingException, sse } from '../simd/words';

const [RAX, RCX, RDX] = [0, 1, 2];
const SIZES = [16, 32, 64] as const;

/** Instructions that do not wait for an exception, and those that do. */
const control =
  (sem: Sem): Sem =>
  (o, operands, bits) => {
    o.guard('fpu', FPU_USE.x87);
    sem(o, operands, bits);
  };
const waiting =
  (sem: Sem): Sem =>
  (o, operands, bits) => {
    o.guard('fpu', FPU_USE.x87);
    pendingException(o);
    sem(o, operands, bits);
  };

/** Bytes that a segment's limit is asked for; the rest is checked as it is stored. */
const CHECKED = 28;
const image =
  (name: string, use: 'read' | 'write'): Sem =>
  (o, [memory], bits) => {
    o.call(name, [memory?.address(use, CHECKED) ?? o.c(0), o.c(bits)]);
  };

const status = (o: X86Ops): V64 => o.or(o.slot('fsw'), o.shl(o.slot('top87'), o.c(11)));

/** EDX:EAX. */
const pair = (o: X86Ops): V64 => o.or(o.read('d', RAX), o.shl(o.read('d', RDX), o.c(32)));

const addX87Control = (table: FormTable): void => {
  const add = (mnemonic: string, text: string, operands: readonly string[], sem: Sem, doc: string, sizes = false) => {
    const options: FormOptions = { ref: MMX_MANUAL, doc, sem, isRare: true, ...(sizes && { sizes: SIZES }) };
    table.add(mnemonic, text, operands, options);
  };
  const alone = (name: string): Sem => control((o) => void o.call(name, []));
  add('fninit', 'DB E3', [], alone('fninit'), 'Initializes the x87.');
  add('fnclex', 'DB E2', [], alone('fnclex'), 'Clears the exceptions.');
  for (const [name, text] of [
    ['fneni', 'DB E0'],
    ['fndisi', 'DB E1'],
    ['fnsetpm', 'DB E4'],
  ] as const)
    add(
      name,
      text,
      [],
      control(() => {}),
      'Nothing since the 80387.',
    );
  add(
    'fnstsw',
    'DF E0',
    ['a16'],
    control((o) => o.write('w', RAX, status(o))),
    'Stores the status word.',
  );
  add(
    'fnstsw',
    'DD /7',
    ['m16'],
    control((o, [to]) => to?.write(status(o))),
    'Stores the status word.',
  );
  add(
    'fnstcw',
    'D9 /7',
    ['m16'],
    control((o, [to]) => to?.write(o.slot('fcw'))),
    'Stores the control word.',
  );
  const load = waiting((o, [from]) => void o.call('fldcw', [from?.read() ?? o.c(0)]));
  add('fldcw', 'D9 /5', ['m16'], load, 'Loads the control word.');
  add('fnstenv', 'D9 /6', ['m'], control(image('fnstenv', 'write')), 'Stores the environment, and masks all.', true);
  add('fldenv', 'D9 /4', ['m'], waiting(image('fldenv', 'read')), 'Loads the environment.', true);
  add('fnsave', 'DD /6', ['m'], control(image('fnsave', 'write')), 'Stores all, and initializes the x87.', true);
  add('frstor', 'DD /4', ['m'], waiting(image('frstor', 'read')), 'Loads all.', true);
  const wait: Sem = (o) => {
    o.guard('fpu', FPU_USE.wait);
    pendingException(o);
  };
  add('fwait', '9B', [], wait, 'Waits for an exception.');
  const emptied: Sem = (o) => {
    o.guard('fpu', FPU_USE.mmx);
    pendingException(o);
    o.setSlot('top87', o.c(0));
    o.setSlot('ftw', o.c(0));
  };
  add('emms', 'NP 0F 77', [], emptied, 'Empties the stack.');
};

export const addFpuState = (table: FormTable): void => {
  addX87Control(table);
  const rare = (doc: string, sem: Sem, more: Partial<FormOptions> = {}): FormOptions => ({
    ...{ ref: MEDIA_MANUAL, doc, sem, isRare: true },
    ...more,
  });
  const ldmxcsr = sse((o, [from]) => void o.call('ldmxcsr', [from.read()]));
  const stmxcsr = sse((o, [to]) => to.write(o.slot('mxcsr')));
  table.add('ldmxcsr', 'NP 0F AE /2', ['m32'], rare('Loads MXCSR.', ldmxcsr));
  table.add('stmxcsr', 'NP 0F AE /3', ['m32'], rare('Stores MXCSR.', stmxcsr));

  const aligned = (name: string, use: 'read' | 'write'): Sem =>
    control((o, [memory]) => {
      const address = memory?.address(use, CHECKED) ?? o.c(0);
      o.guard('aligned16', 0, o.lo32(o.and(address, o.c(15))));
      o.call(name, [address]);
    });
  const components = (name: string, use: 'read' | 'write'): Sem =>
    control((o, [memory]) => {
      o.call(name, [memory?.address(use, CHECKED) ?? o.c(0), pair(o)]);
    });
  for (const [rex, suffix] of [
    ['', ''],
    ['REX.W + ', '64'],
  ] as const) {
    const line = (name: string, text: string, sem: Sem, doc: string, more: Partial<FormOptions> = {}): void =>
      table.add(`${name}${suffix}`, `${rex}NP ${text}`, ['m'], rare(doc, sem, more));
    line('fxsave', '0F AE /0', aligned('fxsave', 'write'), 'Stores the x87 and SSE.');
    line('fxrstor', '0F AE /1', aligned('fxrstor', 'read'), 'Loads the x87 and SSE.');
    const XSAVE = { feature: 'XSAVE' } as const;
    line('xsave', '0F AE /4', components('xsave', 'write'), 'Stores components of the state.', XSAVE);
    line('xrstor', '0F AE /5', components('xrstor', 'read'), 'Loads components of the state.', XSAVE);
    const XSAVEOPT = { feature: 'XSAVEOPT' } as const;
    line('xsaveopt', '0F AE /6', components('xsave', 'write'), 'Stores components of the state.', XSAVEOPT);
    const XSAVEC = { feature: 'XSAVEC' } as const;
    line('xsavec', '0F C7 /4', components('xsavec', 'write'), 'Stores components of the state, compact.', XSAVEC);
  }
  const xgetbv: Sem = (o) => {
    const value = o.call('xgetbv', [o.read('d', RCX)]);
    o.write('r', RAX, o.low(value, 32));
    o.write('r', RDX, o.shrU(value, o.c(32)));
  };
  const xsetbv: Sem = (o) => void o.call('xsetbv', [o.read('d', RCX), pair(o)]);
  table.add('xgetbv', 'NP 0F 01 D0', [], rare('Reads XCR0.', xgetbv, { feature: 'XSAVE' }));
  table.add('xsetbv', 'NP 0F 01 D1', [], rare('Writes XCR0.', xsetbv, { feature: 'XSAVE' }));
  const movnti: Sem = (o, [to, from]) => to?.write(from?.read() ?? o.c(0));
  const past = rare('Stores past the caches.', movnti, { sizes: [32, 64] });
  table.add('movnti', 'NP 0F C3 /r', ['m', 'r'], past);
};
