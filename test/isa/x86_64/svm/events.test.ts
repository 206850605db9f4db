/** Interrupts of guests, injection, and the instructions of SVM. @see AMD64 APM volume 2, 15.13, 15.14.4, 15.20, 15.21, 15.33 */
import { describe, expect, it } from 'vitest';
import { causeOf, MARK, VECTOR, vmExitOf } from '../../../../src/isa/x86_64/causes';
import {
  eventWord,
  type InjectedEvent,
  injectedCause,
  takeInjected,
} from '../../../../src/isa/x86_64/svm/event-injection';
import {
  acknowledgeVirtual,
  exitOfEvent,
  PHYSICAL,
  physicalIf,
  setVirtualTpr,
  virtualInterrupt,
  virtualTpr,
} from '../../../../src/isa/x86_64/svm/events';
import { leaveGuest } from '../../../../src/isa/x86_64/svm/exit';
import { EXIT } from '../../../../src/isa/x86_64/svm/exit-codes';
import { SVM_GUARDS } from '../../../../src/isa/x86_64/svm/instructions';
import { trapOf } from '../../../support/fake-hart';
import { execute, type Fields, fieldOf, guest, HSAVE, host, VMCB } from './guest';

const IF = 0x202n;
const V_IRQ = 1n << 8n;
const V_GIF = 1n << 9n;
const V_IGN_TPR = 1n << 20n;
const V_INTR_MASKING = 1n << 24n;
const V_GIF_ENABLE = 1n << 25n;
const priority = (value: bigint): bigint => value << 16n;
const vector = (value: bigint): bigint => value << 32n;
const PENDING = V_IRQ | V_IGN_TPR | vector(0xf0n);

describe('a virtual interrupt', () => {
  it.each<[string, Fields, number | undefined]>([
    ['is taken with its vector', { V_INTR: PENDING, RFLAGS: IF }, MARK.virtual | 0xf0],
    ['waits while IF is clear', { V_INTR: PENDING }, undefined],
    ['is none without V_IRQ', { V_INTR: PENDING & ~V_IRQ, RFLAGS: IF }, undefined],
    ['waits behind an interrupt shadow', { V_INTR: PENDING, RFLAGS: IF, INTERRUPT_STATE: 1n }, undefined],
    ['waits while V_GIF is clear', { V_INTR: PENDING | V_GIF_ENABLE, RFLAGS: IF }, undefined],
    ['is taken where V_GIF is set', { V_INTR: PENDING | V_GIF_ENABLE | V_GIF, RFLAGS: IF }, MARK.virtual | 0xf0],
    ['is taken above V_TPR', { V_INTR: V_IRQ | priority(5n) | vector(0x51n) | 4n, RFLAGS: IF }, MARK.virtual | 0x51],
    ['waits at V_TPR', { V_INTR: V_IRQ | priority(5n) | vector(0x51n) | 5n, RFLAGS: IF }, undefined],
    ['does not heed V_TPR with V_IGN_TPR', { V_INTR: PENDING | 15n, RFLAGS: IF }, MARK.virtual | 0xf0],
    ['leaves the guest where it is intercepted', { V_INTR: PENDING, RFLAGS: IF, INTERCEPT_3: 0x10n }, vmExitOf(0x64)],
    ['waits though it is intercepted while IF is clear', { V_INTR: PENDING, INTERCEPT_3: 0x10n }, undefined],
  ])('%s', (_, fields, cause) => {
    expect(virtualInterrupt(guest(fields))).toBe(cause);
  });

  it('no longer waits once it is taken, and the VMCB says so', () => {
    const hart = guest({ V_INTR: PENDING, RFLAGS: IF });
    acknowledgeVirtual(hart);
    expect(virtualInterrupt(hart)).toBeUndefined();
    leaveGuest(hart, { code: EXIT.HLT, info1: 0n, info2: 0n, pc: hart.pc });
    expect(fieldOf(hart, 'V_INTR')).toBe(PENDING & ~V_IRQ);
  });

  it('is none of the host', () => {
    expect(virtualInterrupt(host({ V_INTR: PENDING }))).toBeUndefined();
  });
});

describe('V_INTR_MASKING', () => {
  it.each<[string, Fields, bigint, boolean]>([
    ['off: the guest’s IF is clear', {}, 0x246n, false],
    ['off: the guest’s IF is set', { RFLAGS: IF }, 0x46n, true],
    ['on: the host’s IF was set', { V_INTR: V_INTR_MASKING }, 0x246n, true],
    ['on: the host’s IF was clear', { V_INTR: V_INTR_MASKING, RFLAGS: IF }, 0x46n, false],
  ])('decides whose IF physical interrupts obey; %s', (_, fields, hostFlags, isOpen) => {
    const hart = host(fields);
    hart.set('rflags', hostFlags & ~0x44n);
    execute(hart, 'vmrun');
    expect(physicalIf(hart)).toBe(isOpen);
  });

  it('gives the guest a task priority of its own', () => {
    const hart = guest({ V_INTR: V_INTR_MASKING | 3n });
    expect(virtualTpr(hart)).toBe(3n);
    expect(setVirtualTpr(hart, 9n)).toBe(true);
    expect(hart.calls).toContain('interrupts');
    leaveGuest(hart, { code: EXIT.HLT, info1: 0n, info2: 0n, pc: hart.pc });
    expect(fieldOf(hart, 'V_INTR')).toBe(V_INTR_MASKING | 9n);
    expect([virtualTpr(hart), setVirtualTpr(hart, 1n)]).toEqual([undefined, false]);
  });
});

describe('an event from outside', () => {
  it.each([
    ['INTR', 0x60, 1n],
    ['NMI', 0x61, 2n],
    ['SMI', 0x62, 4n],
    ['INIT', 0x63, 8n],
  ] as const)('%s leaves the guest where it is intercepted', (name, code, bit) => {
    expect(exitOfEvent(guest({ INTERCEPT_3: bit }), PHYSICAL[name])).toBe(vmExitOf(code));
    expect(exitOfEvent(guest({ INTERCEPT_3: ~bit & 0xffff_ffffn }), PHYSICAL[name])).toBeUndefined();
    expect(exitOfEvent(host({ INTERCEPT_3: bit }), PHYSICAL[name])).toBeUndefined();
  });
});

const VALID = 0x8000_0000n;

describe('an injected event', () => {
  it.each<[string, Fields, InjectedEvent]>([
    ['an interrupt', { EVENTINJ: VALID | 0x30n }, { vector: 0x30, type: 'intr' }],
    ['an NMI', { EVENTINJ: VALID | 0x202n }, { vector: 2, type: 'nmi' }],
    ['an exception', { EVENTINJ: VALID | 0x306n }, { vector: 6, type: 'exception' }],
    [
      'a page fault with its error code',
      { EVENTINJ: VALID | 0x6_0000_0b0en },
      { vector: 14, type: 'exception', errorCode: 6n },
    ],
    ['an error code that is not valid', { EVENTINJ: VALID | 0x6_0000_030en }, { vector: 14, type: 'exception' }],
    [
      'INT n, which returns where nRIP says',
      { EVENTINJ: VALID | 0x480n, nRIP: 0x1002n },
      { vector: 0x80, type: 'software', returnRip: 0x1002n },
    ],
    [
      'INT3, which returns where nRIP says',
      { EVENTINJ: VALID | 0x303n, nRIP: 0x1001n },
      { vector: 3, type: 'exception', returnRip: 0x1001n },
    ],
    ['INT n without nRIP', { EVENTINJ: VALID | 0x480n }, { vector: 0x80, type: 'software' }],
  ])('is taken before the first instruction: %s', (_, fields, event) => {
    const hart = guest(fields);
    expect(hart.calls).toContain('interrupts');
    expect(injectedCause(hart)).toBe(MARK.injected | event.vector);
    expect(takeInjected(hart)).toEqual(event);
    expect(injectedCause(hart)).toBeUndefined();
  });

  it('is none without its valid bit', () => {
    expect(injectedCause(guest({ EVENTINJ: 0x330n }))).toBeUndefined();
  });

  it('does not stay in the VMCB', () => {
    const hart = guest({ EVENTINJ: VALID | 0x30n });
    leaveGuest(hart, { code: EXIT.NPF, info1: 0n, info2: 0n, pc: hart.pc, interrupted: VALID | 0x30n });
    expect([fieldOf(hart, 'EVENTINJ'), fieldOf(hart, 'EXITINTINFO'), hart.get('injected')]).toEqual([
      0n,
      VALID | 0x30n,
      0n,
    ]);
  });

  it.each<[InjectedEvent, bigint]>([
    [{ vector: 0x20, type: 'intr' }, 0x8000_0020n],
    [{ vector: 2, type: 'nmi' }, 0x8000_0202n],
    [{ vector: 13, type: 'exception', errorCode: 0x18n }, 0x18_8000_0b0dn],
    [{ vector: 0x80, type: 'software' }, 0x8000_0480n],
  ])('has the word of EXITINTINFO: %o', (event, word) => {
    expect(eventWord(event)).toBe(word);
  });
});

const UD = causeOf(VECTOR.UD);
const GP = causeOf(VECTOR.GP);
const ALL = ['vmrun', 'vmload', 'vmsave', 'stgi', 'clgi', 'invlpga'];
const BIT: Readonly<Record<string, number>> = { vmrun: 0, vmmcall: 1, vmload: 2, vmsave: 3, stgi: 4, clgi: 5 };

describe('an instruction of SVM', () => {
  it.each(ALL)('%s is undefined without EFER.SVME, in real mode and in virtual-8086 mode', (name) => {
    for (const slots of [{ efer: 0xd01n }, { cr0: 0x10n }, { rflags: 0x2_0202n }] as Fields[]) {
      expect(trapOf(() => execute(host({}, slots), name)).cause).toBe(UD);
    }
  });

  it.each(ALL)('%s is for level 0', (name) => {
    expect(trapOf(() => execute(host({}, { cpl: 3n }), name)).cause).toBe(GP);
  });

  it.each(['vmrun', 'vmload', 'vmsave'])('%s takes pages within physical addresses', (name) => {
    for (const at of [VMCB + 8n, VMCB + 0x800n, 1n << 40n]) {
      const hart = host();
      hart.write('r', 0, at);
      expect(trapOf(() => execute(hart, name)).cause).toBe(GP);
    }
  });

  it('vmrun takes as much of rAX as its address size says', () => {
    const hart = host();
    hart.write('r', 0, VMCB | (7n << 32n));
    execute(hart, 'vmrun', 1);
    expect(hart.get('vmcb')).toBe(VMCB);
  });

  it.each(Object.entries(BIT))('%s of a guest is intercepted by bit %i', (name, bit) => {
    const hart = guest({ INTERCEPT_4: 1n | (1n << BigInt(bit)) });
    hart.write('r', 0, 8n);
    expect(trapOf(() => execute(hart, name)).cause).toBe(vmExitOf(0x80 + bit));
  });

  it('vmmcall of level 3 is intercepted, too', () => {
    const hart = guest({ INTERCEPT_4: 3n, CPL: 3n });
    expect(trapOf(() => execute(hart, 'vmmcall')).cause).toBe(vmExitOf(EXIT.VMMCALL));
  });

  it.each(['vmmcall', 'vmcall', 'skinit'])('%s is undefined where nobody intercepts it', (name) => {
    expect(trapOf(() => execute(host(), name)).cause).toBe(UD);
    expect(trapOf(() => execute(guest(), name)).cause).toBe(UD);
  });

  it('stgi and clgi set and clear GIF', () => {
    const hart = host();
    execute(hart, 'clgi');
    expect(hart.get('gif')).toBe(0n);
    execute(hart, 'stgi');
    expect(hart.get('gif')).toBe(1n);
    expect(hart.calls).toContain('interrupts');
  });

  it('stgi and clgi of a guest with a V_GIF leave GIF alone', () => {
    const hart = guest({ V_INTR: V_GIF_ENABLE | V_GIF });
    execute(hart, 'clgi');
    expect([hart.get('gif'), hart.get('vIntr') & V_GIF]).toEqual([1n, 0n]);
    execute(hart, 'stgi');
    expect(hart.get('vIntr') & V_GIF).toBe(V_GIF);
  });

  it('clgi of a guest without a V_GIF clears GIF', () => {
    const hart = guest();
    execute(hart, 'clgi');
    expect(hart.get('gif')).toBe(0n);
  });

  it('invlpga drops the host’s page for ASID 0 and the guests’ translations for others', () => {
    const hart = host();
    hart.write('r', 1, 0n);
    execute(hart, 'invlpga');
    hart.write('r', 1, 7n);
    execute(hart, 'invlpga');
    expect(hart.calls).toEqual(['host translations', 'guest translations']);
  });

  it('invlpga tells its address where it is intercepted', () => {
    const hart = guest({ INTERCEPT_3: 1n << 26n });
    hart.write('r', 0, 0x7_1234_5000n);
    expect(trapOf(() => execute(hart, 'invlpga'))).toEqual({ cause: vmExitOf(EXIT.INVLPGA), tval: 0x7_1234_5000n });
    expect(trapOf(() => execute(hart, 'invlpga', 1)).tval).toBe(0x1234_5000n);
  });
});

describe('VMSAVE and VMLOAD', () => {
  it('store and load FS, GS, TR, LDTR and the MSRs of system calls', () => {
    const hart = host();
    const segments = [4, 5, 6, 7];
    for (const n of segments) {
      hart.write('selector', n, BigInt(n * 8));
      hart.write('base', n, BigInt(n) << 12n);
      hart.write('limit', n, BigInt(n));
      hart.write('attributes', n, 0x93n);
    }
    const slots = ['STAR', 'LSTAR', 'CSTAR', 'SFMASK', 'KERNEL_GS_BASE', 'SYSENTER_CS', 'SYSENTER_ESP', 'SYSENTER_EIP'];
    for (const [n, slot] of slots.entries()) hart.set(slot, BigInt(n + 1));
    execute(hart, 'vmsave');
    const other = host();
    for (const [at, byte] of hart.memory) other.memory.set(at, byte);
    execute(other, 'vmload');
    expect(slots.map((slot) => other.get(slot))).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
    for (const file of ['selector', 'base', 'limit', 'attributes']) {
      expect(segments.map((n) => other.read(file, n))).toEqual(segments.map((n) => hart.read(file, n)));
    }
    expect(fieldOf(hart, 'LSTAR')).toBe(2n);
  });

  it('sign-extend bases that are not canonical', () => {
    const hart = host({ 'GS.base': 0x8000_0000_0000n, KernelGsBase: 0x8000_0000_0000n });
    execute(hart, 'vmload');
    expect([hart.read('base', 5), hart.get('KERNEL_GS_BASE')]).toEqual([
      0xffff_8000_0000_0000n,
      0xffff_8000_0000_0000n,
    ]);
  });

  /** Tables of 4 levels at 60_0000h that map guest physical 0–2 MiB by one page of 2 MiB. */
  const tables = (hart: ReturnType<typeof guest>, leaf: bigint) => {
    hart.store(0x60_0000n, 8, 0x60_1007n);
    hart.store(0x60_1000n, 8, 0x60_2007n);
    hart.store(0x60_2000n, 8, leaf);
  };
  const VIRTUAL: Fields = { NP_CONTROL: 1n, N_CR3: 0x60_0000n, VIRTUAL_EXTENSIONS: 2n };

  it('of a guest take guest physical addresses where they are virtual', () => {
    const hart = guest(VIRTUAL);
    tables(hart, 0x80_0087n);
    hart.set('LSTAR', 0x77n);
    hart.write('r', 0, 0x3000n);
    execute(hart, 'vmsave');
    expect(hart.load(0x80_3000n + 0x608n, 8)).toBe(0x77n);
  });

  it('of a guest end in a nested page fault where nothing is mapped', () => {
    const hart = guest(VIRTUAL);
    tables(hart, 0n);
    hart.write('r', 0, 0x3000n);
    expect(trapOf(() => execute(hart, 'vmsave'))).toEqual({ cause: vmExitOf(EXIT.NPF), tval: 0x1_0000_0006n });
    expect(trapOf(() => execute(hart, 'vmload'))).toEqual({ cause: vmExitOf(EXIT.NPF), tval: 0x1_0000_0004n });
  });
});

describe('PAUSE in a guest', () => {
  const PAUSE = 1n << 23n;
  const exits = (fields: Fields, times: number, step = 1n, model = 'EPYC'): number[] => {
    const hart = guest({ INTERCEPT_3: PAUSE, ...fields }, {}, model);
    const found: number[] = [];
    for (let n = 0; n < times; n++) {
      hart.cycles += step;
      try {
        const { pause } = SVM_GUARDS;
        if (pause?.isOpen(hart) === false) pause.open(hart, 0, () => 0);
      } catch {
        found.push(n);
      }
    }
    return found;
  };

  it('leaves it each time without a filter', () => {
    expect(exits({}, 3)).toEqual([0, 1, 2]);
  });

  it('leaves it once the filter has let as many pass as it says', () => {
    expect(exits({ PAUSE_FILTER_COUNT: 2n }, 4)).toEqual([2, 3]);
  });

  it('counts anew where there was more time between two than the threshold', () => {
    expect(exits({ PAUSE_FILTER_COUNT: 1n, PAUSE_FILTER_THRESHOLD: 10n }, 4, 11n)).toEqual([]);
    expect(exits({ PAUSE_FILTER_COUNT: 1n, PAUSE_FILTER_THRESHOLD: 10n }, 4, 10n)).toEqual([1, 2, 3]);
  });

  it('leaves it each time on a processor that has no filter', () => {
    expect(exits({ PAUSE_FILTER_COUNT: 2n, PAUSE_FILTER_THRESHOLD: 1n }, 3, 5n, 'qemu64')).toEqual([0, 1, 2]);
  });

  it('passes where it is not intercepted', () => {
    expect(exits({ INTERCEPT_3: 0n }, 3)).toEqual([]);
  });
});

describe('the page that VM_HSAVE_PA names', () => {
  it('has the host’s state in the layout of a VMCB', () => {
    const hart = host();
    execute(hart, 'vmrun');
    expect(hart.load(HSAVE + 0x550n, 8)).toBe(0x2000n);
    expect(hart.load(HSAVE + 0x5f8n, 8)).toBe(VMCB);
  });
});
