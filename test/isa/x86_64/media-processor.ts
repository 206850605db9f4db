/** A processor that runs single instructions of MMX, SSE and the x87 in 64-bit mode, in physical addresses: no other system around. */
import { Engine } from '../../../src/engine/engine';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { Trap } from '../../../src/isa/core/privileged';
import { ATTRIBUTES, CR0, CR4, EFER } from '../../../src/isa/x86_64/bits';
import { CPUS } from '../../../src/isa/x86_64/cpus';
import { ENCODING } from '../../../src/isa/x86_64/encoding';
import { rflagsOf, setRflags } from '../../../src/isa/x86_64/flags';
import { variantOf } from '../../../src/isa/x86_64/form';
import { FPU_GUARDS } from '../../../src/isa/x86_64/fpu-access';
import { FORMS } from '../../../src/isa/x86_64/insns/all';
import { OPERAND_GUARDS } from '../../../src/isa/x86_64/operand-check';
import { quickMedia } from '../../../src/isa/x86_64/quick-media';
import { MEDIA_FUNCTIONS } from '../../../src/isa/x86_64/simd/functions';
import { SEG, STATE } from '../../../src/isa/x86_64/state';
import { engineHost } from '../../support/engine-host';

export const CODE = 0x1_0000;
/** 1024 bytes that instructions may use, at rdi. */
export const DATA = 0x1_2000;
const RAM_SIZE = 0x3000;

const ROWS = FORMS.rows.filter(({ ref }) => /volume [45]/.test(ref));

const ISA: EngineIsa = {
  name: 'x86_64 without a system',
  encoding: ENCODING,
  insns: ROWS,
  quick: quickMedia(ROWS, variantOf),
  fusions: [],
  state: STATE,
  helpers: {},
  functions: MEDIA_FUNCTIONS,
  guards: { ...OPERAND_GUARDS, ...FPU_GUARDS },
  causes: { illegalInstruction: 6, loadAccess: 14, storeAccess: 14, fetchAccess: 14 },
  decodeMode: () => 0,
  cpuTranslate: (_, _memory, va) => {
    const pa = Number(va);
    if (pa < CODE || pa >= CODE + RAM_SIZE) throw new Trap(14, va);
    return { pa, read: true, write: true, execute: true, isCacheable: true };
  },
  dataContext: () => 0,
  fetchContext: () => 0,
  guestContexts: 0,
  takeTrap: (state, _cause, _isInterrupt, _tval, epc) => state.jump(epc),
  pendingInterrupt: () => undefined,
  wakesFromWait: () => false,
};

/** What an instruction finds; absent registers are 0, and the x87 is as FNINIT leaves it. */
export interface MediaState {
  readonly rax?: bigint;
  readonly rcx?: bigint;
  readonly rdx?: bigint;
  readonly rflags?: bigint;
  readonly xmm?: readonly bigint[];
  /** ST(0) first; or MMX registers, which are the x87's while its TOP is 0. */
  readonly st?: readonly bigint[];
  readonly mxcsr?: number;
  readonly fcw?: number;
  /** With TOP in bits 13 to 11. */
  readonly fsw?: number;
  /** A bit for each register that is not empty, by physical number. */
  readonly ftw?: number;
  readonly cr0?: bigint;
  readonly cr4?: bigint;
  readonly memory?: Uint8Array;
}

/** No instruction in 64-bit mode. */
const UNDEFINED = [0x06];

export class MediaProcessor {
  #cause: number | undefined;
  readonly #engine = new Engine(
    ISA,
    engineHost({
      trapTaken: (_, { cause }) => {
        this.#cause = cause;
        return 'trapStop';
      },
    }),
    { ram: [{ base: CODE, size: RAM_SIZE }], harts: 1 },
  );

  get #view() {
    const [view] = this.#engine.harts;
    if (!view) throw new Error('no processor');
    return view;
  }

  /**
   * Executes one instruction. `cause` is that of the exception it raised. `fast`: by the fast interpreter, which goes on to an
   * instruction that is undefined.
   */
  run(code: readonly number[], before: MediaState, how: 'exact' | 'fast' = 'exact') {
    const view = this.#view;
    for (const slot of STATE.slots) view.set(slot, 0n);
    for (const [slot, value] of Object.entries({
      ...{ top: -1n, scale1: 1n, scale2: 2n, scale3: 3n, mask16: 0xffffn, mask32: 0xffff_ffffn, mask64: -1n },
      cpu: BigInt(CPUS.findIndex(({ name }) => name === 'max')),
      cr0: before.cr0 ?? CR0.NE | CR0.PE,
      cr4: before.cr4 ?? CR4.OSFXSR | CR4.OSXMMEXCPT | CR4.OSXSAVE,
      mxcsr: BigInt(before.mxcsr ?? 0x1f80),
      fcw: BigInt(before.fcw ?? 0x37f),
      fsw: BigInt(before.fsw ?? 0) & ~0x3800n,
      top87: (BigInt(before.fsw ?? 0) >> 11n) & 7n,
      ftw: BigInt(before.ftw ?? 0),
      xcr0: 3n,
      efer: EFER.LMA | EFER.LME,
    }))
      view.set(slot, BigInt.asUintN(64, value));
    setRflags(view, before.rflags ?? 2n);
    for (let at = 0; at < 16; at++) {
      view.write('r', at, 0n);
      view.write('xmm', at, before.xmm?.[at] ?? 0n);
    }
    view.write('attributes', SEG.cs, ATTRIBUTES.L);
    const top = Number(view.get('top87'));
    for (let at = 0; at < 8; at++) view.write('st', (top + at) & 7, before.st?.[at] ?? 0n);
    view.write('r', 0, before.rax ?? 0n);
    view.write('r', 1, before.rcx ?? 0n);
    view.write('r', 2, before.rdx ?? 0n);
    view.write('r', 7, BigInt(DATA));
    this.#engine.writeRam(CODE, Uint8Array.from([...code, ...UNDEFINED, ...new Array(16).fill(0x90)]));
    const memory = new Uint8Array(1024);
    memory.set(before.memory ?? []);
    this.#engine.writeRam(DATA, memory);
    this.#engine.dropDerived();
    view.pc = BigInt(CODE);
    view.activity = 0;
    this.#cause = undefined;
    this.#engine.run(0, how === 'fast' ? 10_000 : 1, 2);
    const after = Number(view.get('top87'));
    const data = this.#engine.memory.offsetOf(DATA, 1);
    return {
      cause: this.#cause,
      length: Number(view.pc) - CODE,
      rax: view.read('r', 0),
      rcx: view.read('r', 1),
      rflags: rflagsOf(view),
      xmm: Array.from({ length: 16 }, (_, at) => view.read('xmm', at)),
      st: Array.from({ length: 8 }, (_, at) => view.read('st', (after + at) & 7)),
      mxcsr: Number(view.get('mxcsr')),
      fcw: Number(view.get('fcw')),
      fsw: Number(view.get('fsw')) | (after << 11),
      ftw: Number(view.get('ftw')),
      memory: this.#engine.memory.u8.slice(data, data + 1024),
    };
  }
}
