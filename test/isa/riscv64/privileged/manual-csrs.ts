/**
 * The CSRs of M-, HS- and VS-mode read plainly off the manual: who may touch which, what a write leaves, and which are
 * views of which. What random tests compare with; counters and PMP are left out.
 * @see RISC-V Privileged ISA 20240411: chapters Machine, Supervisor, H, Sstc, Svadu, Svpbmt
 */

export type Mode = 'M' | 'HS' | 'U' | 'VS' | 'VU';

/** What the rules of access ask. */
export interface Rights {
  readonly mode: Mode;
  readonly exists: boolean;
  readonly number: number;
  readonly isWrite: boolean;
}

const ones = (low: number, high: number): bigint => ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
const bits = (...positions: readonly number[]): bigint => positions.reduce((sum, at) => sum | (1n << BigInt(at)), 0n);
const ALL = ones(0, 63);

const FS = ones(13, 14);
const SSTATUS = bits(1, 5, 8, 18, 19) | FS;
const MSTATUS = SSTATUS | bits(3, 7, 17, 20, 21, 22, 38, 39) | ones(11, 12);
const STCE = 1n << 63n;
/** FIOM, ADUE, PBMTE, STCE. */
const MENVCFG = bits(0, 61, 62, 63);
/** The table "Bits of hedeleg that must be writable or must be read-only zero". */
const HEDELEG = bits(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15);
/** All but an ecall from M, which never comes from below. */
const MEDELEG = bits(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 20, 21, 22, 23);
const S_LEVEL = bits(1, 5, 9);
const VS_LEVEL = bits(2, 6, 10);
const M_LEVEL = bits(3, 7, 11);
const SCHEMES = [0n, 8n, 9n, 10n];

/** CSRs that hold what is written under a mask. */
const PLAIN: Readonly<Record<string, bigint>> = {
  hstatus: bits(6, 7, 8, 9, 20, 21, 22),
  medeleg: MEDELEG,
  hedeleg: HEDELEG,
  mideleg: S_LEVEL,
  hideleg: VS_LEVEL,
  mie: S_LEVEL | VS_LEVEL | M_LEVEL,
  ...Object.fromEntries(['mepc', 'sepc', 'vsepc'].map((name) => [name, ALL - 1n])),
  ...Object.fromEntries(['mcounteren', 'scounteren', 'hcounteren'].map((name) => [name, ones(0, 31)])),
  senvcfg: 1n,
  ...Object.fromEntries(
    'mscratch sscratch vsscratch mcause scause vscause mtval stval vstval mtval2 htval mtinst htinst htimedelta stimecmp vstimecmp'
      .split(' ')
      .map((name) => [name, ALL]),
  ),
  hgeie: 0n,
};

/** In a guest these names mean the registers with `v` before them. */
const SUBSTITUTED = ['sstatus', 'sie', 'stvec', 'sscratch', 'sepc', 'scause', 'stval', 'sip', 'stimecmp', 'satp'];

/** Names this model has, for reading. */
export const MODELLED: readonly string[] = [
  ...Object.keys(PLAIN),
  ...'mstatus sstatus vsstatus sie hie vsie mip sip hip hvip vsip mtvec stvec vstvec satp vsatp hgatp menvcfg henvcfg'.split(
    ' ',
  ),
  ...'fflags frm fcsr hgeip'.split(' '),
];

export class ManualCsrs {
  /** Interrupt lines, as devices and timers drive them. */
  lines = 0n;
  /** What software set in mip and hvip. */
  #pending = 0n;
  readonly #value: Record<string, bigint> = Object.fromEntries(
    [
      ...Object.keys(PLAIN),
      'mstatus',
      'vsstatus',
      'mtvec',
      'stvec',
      'vstvec',
      'satp',
      'vsatp',
      'hgatp',
      'menvcfg',
      'henvcfg',
      'fflags',
      'frm',
    ].map((name) => [name, 0n]),
  );

  constructor(initial: (name: string) => bigint) {
    for (const name of Object.keys(this.#value)) this.#value[name] = initial(name);
  }

  #get(name: string): bigint {
    const value = this.#value[name];
    if (value === undefined) throw new Error(`no ${name} in the model`);
    return value;
  }
  #put(name: string, value: bigint, mask: bigint): void {
    this.#value[name] = (this.#get(name) & ~mask) | (value & mask);
  }

  /** The name an access in this mode reaches. */
  static reached(mode: Mode, name: string): string {
    return mode.startsWith('V') && SUBSTITUTED.includes(name) ? `v${name}` : name;
  }

  refusal({ mode, exists, number, isWrite }: Rights): 'illegal' | 'virtual' | undefined {
    const level = (number >> 8) & 3;
    if (!exists || (isWrite && number >> 10 === 3)) return 'illegal';
    const has = (name: string, at: number): boolean => ((this.#get(name) >> BigInt(at)) & 1n) === 1n;
    if (number >= 1 && number <= 3) {
      const isOff = (name: string): boolean => (this.#get(name) & FS) === 0n;
      return isOff('mstatus') || (mode.startsWith('V') && isOff('vsstatus')) ? 'illegal' : undefined;
    }
    if (mode === 'M') return undefined;
    const isCounter = number >= 0xc00 && number <= 0xc1f;
    const isTimer = number === 0x14d || number === 0x24d;
    const counter = number & 31;
    // HS-qualified: what HS-mode may do, TVM aside.
    const isForHs =
      level < 3 &&
      (!isCounter || has('mcounteren', counter)) &&
      (!isTimer || (has('mcounteren', 1) && has('menvcfg', 63)));
    if (!isForHs) return 'illegal';
    const isOfTables = number === 0x180;
    switch (mode) {
      case 'HS':
        return (isOfTables || number === 0x680) && has('mstatus', 20) ? 'illegal' : undefined;
      case 'U':
        return level > 0 || (isCounter && !has('scounteren', counter)) ? 'illegal' : undefined;
      case 'VS': {
        const isAllowed =
          level < 2 &&
          !(isOfTables && has('hstatus', 20)) &&
          (!isCounter || has('hcounteren', counter)) &&
          (!isTimer || (has('hcounteren', 1) && (this.read('henvcfg') & STCE) !== 0n));
        return isAllowed ? undefined : 'virtual';
      }
      case 'VU': {
        const isAllowed = level === 0 && (!isCounter || (has('hcounteren', counter) && has('scounteren', counter)));
        return isAllowed ? undefined : 'virtual';
      }
    }
  }

  /** As software reads it, whose own registers are meant: for an access in a guest use {@link reached}. */
  read(name: string): bigint {
    const own = this.#get('mideleg') & S_LEVEL;
    const pending = this.#pending | this.lines;
    const toGuest = (value: bigint): bigint => (value & this.#get('hideleg') & VS_LEVEL) >> 1n;
    const status = (value: bigint): bigint => ((value & FS) === FS ? value | (1n << 63n) : value);
    switch (name) {
      case 'mstatus':
        return status(this.#get('mstatus'));
      case 'sstatus':
      case 'vsstatus':
        return status(this.#get(name === 'sstatus' ? 'mstatus' : name)) & (SSTATUS | ones(32, 33) | (1n << 63n));
      case 'mideleg':
        return this.#get('mideleg') | VS_LEVEL;
      case 'sie':
        return this.#get('mie') & own;
      case 'hie':
        return this.#get('mie') & VS_LEVEL;
      case 'vsie':
        return toGuest(this.#get('mie'));
      case 'mip':
        return pending;
      case 'sip':
        return pending & own;
      case 'hip':
        return pending & VS_LEVEL;
      case 'hvip':
        return this.#pending & VS_LEVEL;
      case 'vsip':
        return toGuest(pending);
      case 'henvcfg':
        return this.#get('henvcfg') & (1n | this.#get('menvcfg'));
      case 'fcsr':
        return (this.#get('frm') << 5n) | this.#get('fflags');
      case 'hgeip':
        return 0n;
      default:
        return this.#get(name);
    }
  }

  /** What csrrs and csrrc modify: of pending interrupts the bits software set, without lines. */
  #base(name: string): bigint {
    const lines = this.lines;
    this.lines = 0n;
    const value = this.read(name);
    this.lines = lines;
    return value;
  }

  /** A CSR instruction: rd and all it leaves. */
  execute(kind: 'csrrw' | 'csrrs' | 'csrrc', name: string, operand: bigint, inGuest: boolean): bigint {
    const old = this.read(name);
    if (kind === 'csrrw') this.#write(name, operand, inGuest);
    else this.#write(name, kind === 'csrrs' ? this.#base(name) | operand : this.#base(name) & ~operand, inGuest);
    return old;
  }

  #setPending(value: bigint, mask: bigint): void {
    this.#pending = (this.#pending & ~mask) | (value & mask);
  }

  #write(name: string, value: bigint, inGuest: boolean): void {
    const mask = PLAIN[name];
    const own = this.#get('mideleg') & S_LEVEL;
    const toGuest = this.#get('hideleg') & VS_LEVEL;
    const shifted = (value << 1n) & VS_LEVEL;
    if (mask !== undefined) return this.#put(name, value, mask);
    switch (name) {
      case 'mstatus': {
        // MPP = 2 is no mode.
        const isLegal = ((value >> 11n) & 3n) !== 2n;
        return this.#put('mstatus', value, isLegal ? MSTATUS : MSTATUS & ~ones(11, 12));
      }
      case 'sstatus':
        return this.#put('mstatus', value, SSTATUS);
      case 'vsstatus':
        return this.#put('vsstatus', value, SSTATUS);
      case 'sie':
        return this.#put('mie', value, own);
      case 'hie':
        return this.#put('mie', value, VS_LEVEL);
      case 'vsie':
        return this.#put('mie', shifted, toGuest);
      case 'mip':
        return this.#setPending(value, bits(1, 2, 9) | (this.#get('menvcfg') & STCE ? 0n : bits(5)));
      case 'sip':
        return this.#setPending(value, own & bits(1));
      case 'hip':
        return this.#setPending(value, bits(2));
      case 'hvip':
        return this.#setPending(value, VS_LEVEL);
      case 'vsip':
        return this.#setPending(shifted, toGuest & bits(2));
      case 'mtvec':
      case 'stvec':
      case 'vstvec':
        return (value & 3n) < 2n ? this.#put(name, value, ALL) : undefined;
      case 'satp':
      case 'vsatp':
        return SCHEMES.includes(value >> 60n) ? this.#put(name, value, ALL) : undefined;
      case 'hgatp':
        return this.#put(name, value, ones(2, 57) | (SCHEMES.includes(value >> 60n) ? ones(60, 63) : 0n));
      case 'menvcfg':
        // From now on stimecmp alone makes STIP.
        if (value & STCE) this.#setPending(0n, bits(5));
        return this.#put(name, value, MENVCFG);
      case 'henvcfg':
        return this.#put(name, value, MENVCFG & (1n | this.#get('menvcfg')));
      case 'fflags':
      case 'frm':
      case 'fcsr':
        if (name !== 'frm') this.#value.fflags = value & 31n;
        if (name !== 'fflags') this.#value.frm = (name === 'frm' ? value : value >> 5n) & 7n;
        this.#put('mstatus', FS, FS);
        if (inGuest) this.#put('vsstatus', FS, FS);
        return undefined;
      default:
        throw new Error(`no ${name} in the model`);
    }
  }
}
