/** Control, debug and model-specific registers, caches and translations, time, random numbers. */
import { CR4 } from '../bits';
import { CAUSE } from '../causes';
import type { FormOptions, FormTable, Sem } from '../form';
import type { X86Ops } from '../ops';
import { SEG } from '../state';

/** An instruction without operands that a helper does. */
const addHelpers = (table: FormTable): void => {
  const rows: readonly (readonly [string, string, string, Partial<FormOptions>?])[] = [
    ['cpuid', '0F A2', 'Tells about the processor: leaf eax, subleaf ecx.'],
    ['rdmsr', '0F 32', 'Reads the model-specific register ecx.'],
    ['wrmsr', '0F 30', 'Writes the model-specific register ecx.'],
    ['rdtsc', '0F 31', 'Reads the time stamp counter.'],
    ['rdtscp', '0F 01 F9', "Reads the time stamp counter and the processor's number."],
    ['rdpmc', '0F 33', 'Reads a performance counter, of which there are none.'],
    ['clts', '0F 06', 'Clears cr0.ts.'],
    ['hlt', 'F4', 'Waits for an interrupt.'],
    ['invd', '0F 08', 'Empties the caches.'],
    ['wbinvd', '0F 09', 'Writes the caches back and empties them.'],
    ['swapgs', '0F 01 F8', 'Exchanges the base of gs with the one that the kernel keeps.', { modes: 'long' }],
  ];
  for (const [name, text, doc, more] of rows) {
    table.add(name, text, [], { doc, ...more, isRare: true, sem: (o) => o.helper(name) });
  }
};

const addRegisters = (table: FormTable): void => {
  const rows = [
    ['0F 20 /r', 'CRn', true, 'fromControl', 'Reads a control register.'],
    ['0F 22 /r', 'CRn', false, 'toControl', 'Writes a control register.'],
    ['0F 21 /r', 'DRn', true, 'fromDebug', 'Reads a debug register.'],
    ['0F 23 /r', 'DRn', false, 'toDebug', 'Writes a debug register.'],
  ] as const;
  for (const [text, special, isRead, helper, doc] of rows) {
    for (const [modes, general] of [
      ['legacy', 'rr32'],
      ['long', 'rr64'],
    ] as const) {
      const operands = isRead ? [general, special] : [special, general];
      table.add('mov', text, operands, { doc, modes, isRare: true, sem: (o) => o.helper(helper) });
    }
  }
};

const addBases = (table: FormTable): void => {
  const open = (o: X86Ops): void => o.trapIf(o.eqz(o.lo32(o.and(o.slot('cr4'), o.c(CR4.FSGSBASE)))), CAUSE.UD);
  const options = { modes: 'long', sizes: [32, 64], feature: 'FSGSBASE' } as const;
  for (const [seg, read, write] of [
    ['fs', 0, 2],
    ['gs', 1, 3],
  ] as const) {
    table.add(`rd${seg}base`, `F3 0F AE /${read}`, ['rr'], {
      doc: `Reads the base of ${seg}.`,
      sem: (o, [to], bits) => {
        open(o);
        to?.write(o.low(o.read('base', SEG[seg]), bits));
      },
      ...options,
    });
    table.add(`wr${seg}base`, `F3 0F AE /${write}`, ['rr'], {
      doc: `Writes the base of ${seg}.`,
      sem: (o, [from]) => {
        open(o);
        o.write('base', SEG[seg], o.call('canonical', [from?.read() ?? o.c(0)]));
      },
      ...options,
    });
  }
};

const addTranslations = (table: FormTable): void => {
  table.add('invlpg', '0F 01 /7', ['m8'], {
    doc: "Drops the translations of an address's page.",
    sem: (o, [at]) => at && o.call('invlpg', [at.address('read', 1)]),
  });
  for (const [modes, general] of [
    ['legacy', 'r32'],
    ['long', 'r64'],
  ] as const) {
    table.add('invpcid', '66 0F 38 82 /r', [general, 'm'], {
      doc: 'Drops translations by address and process context.',
      sem: (o, [kind, at]) => kind && at && o.call('invpcid', [kind.read(), at.address('read', 16)]),
      modes,
      feature: 'INVPCID',
      memoryBytes: 16,
    });
  }
  for (const [name, text, value] of [
    ['clac', 'NP 0F 01 CA', 0],
    ['stac', 'NP 0F 01 CB', 1],
  ] as const) {
    table.add(name, text, [], {
      doc: `Makes rflags.ac ${value}: whether a supervisor may access users' pages.`,
      sem: (o) => void o.call('setAccess', [o.c(value)]),
      feature: 'SMAP',
    });
  }
};

const addCaches = (table: FormTable): void => {
  const line = (name: string, text: string, feature: FormOptions['feature']): void =>
    table.add(name, text, ['m8'], {
      doc: 'Writes a cache line back, which has no effect here, but faults as a load does.',
      sem: (o, [at]) => at && o.call('touch', [at.address('read', 1)]),
      ...(feature && { feature }),
    });
  line('clflush', 'NP 0F AE /7', 'CLFSH');
  line('clflushopt', '66 0F AE /7', 'CLFLUSHOPT');
  line('clwb', '66 0F AE /6', 'CLWB');
  const nothing: Sem = () => {};
  for (const [name, text] of [
    ['lfence', 'NP 0F AE E8+i'],
    ['mfence', 'NP 0F AE F0+i'],
    ['sfence', 'NP 0F AE F8+i'],
  ] as const) {
    table.add(name, text, [], { doc: 'Orders accesses to memory: they are in order here.', sem: nothing });
  }
  const hints = { doc: 'A hint to the caches.', sem: nothing };
  for (const [at, name] of ['prefetchnta', 'prefetcht0', 'prefetcht1', 'prefetcht2'].entries()) {
    table.add(name, `0F 18 /${at}`, ['m8'], hints);
  }
  table.add('prefetch', '0F 0D /0', ['m8'], hints);
  table.add('prefetchw', '0F 0D /1', ['m8'], hints);
};

const addOthers = (table: FormTable): void => {
  for (const [name, digit, feature] of [
    ['rdrand', 6, 'RDRAND'],
    ['rdseed', 7, 'RDSEED'],
  ] as const) {
    table.add(name, `0F C7 /${digit}`, ['rr'], {
      doc: "A random number, of the run's seed.",
      sem: (o, [to], bits) => {
        to?.write(o.low(o.call('random', []), bits));
        o.setStatus({ zf: o.c(0), pf: o.c(0), cf: o.c(1) });
      },
      sizes: [16, 32, 64],
      feature,
      when: ({ prefixes }) => prefixes.repeat === 0,
    });
  }
  for (const [modes, general] of [
    ['legacy', 'rr32'],
    ['long', 'rr64'],
  ] as const) {
    table.add('rdpid', 'F3 0F C7 /7', [general], {
      doc: "Reads the processor's number.",
      sem: (o, [to]) => to?.write(o.slot('TSC_AUX')),
      modes,
      feature: 'RDPID',
    });
  }
};

export const addSystemControl = (table: FormTable): void => {
  for (const add of [addHelpers, addRegisters, addBases, addTranslations, addCaches, addOthers]) add(table);
};
