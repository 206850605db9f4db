/**
 * The local APICs of all processors: each sees its own registers in the page at 0xFEE00000 (xAPIC) or as MSRs (x2APIC). What a
 * bus master stores in the 1 MiB from there is a message to them. The registers are in local-apic-registers.ts.
 * @see AMD64 APM volume 2, chapter 16 "Advanced Programmable Interrupt Controller (APIC)"
 */
import type { Device, DeviceContext } from '../device';
import { type ApicMessage, DELIVERY, messageOfStore, xapicDestination } from './apic-message';
import { APIC, BASE, ESR, LOCAL_APIC_REGISTERS, LVT, LVT_ENTRIES, LVT_INDEX, SVR_ENABLE } from './local-apic-registers';
import {
  type ApicIdentity,
  arbitrationPriority,
  hasVector,
  highestVector,
  isDeadline,
  isMeantFor,
  type LocalApicState,
  processorPriority,
  registerOf,
  resetState,
  setVector,
  timerModeOf,
} from './local-apic-state';
import { expire, expiry, rebase, stoppedTimer } from './local-apic-timer';

/** What the APICs reach of processors and other controllers. */
export interface ApicSignals {
  nmi(processor: number): void;
  init(processor: number): void;
  /** Whether a processor takes INIT later: it writes to the space `apic` then. */
  holdsInit(processor: number): boolean;
  /** A startup message: a processor that waits for it begins at `vector` << 12. */
  startup(processor: number, vector: number): void;
  /** The acknowledge cycle of the controller at LINT0. */
  externalVector(): number;
  /** A level-triggered interrupt has been ended. */
  endOfInterrupt(vector: number): void;
  /** The processor's APIC_BASE. */
  apicBase(processor: number): bigint;
}

/** Addresses in the space `apic` beside the numbers of registers, which are MSR - 0x800. */
export const APIC_SPACE = {
  /** Reading is the acknowledge cycle: the vector that is taken. */
  acknowledge: 0x1000,
  /** Writing tells that the slot APIC_BASE has changed. */
  base: 0x1001,
  /** TSC deadline, as guest nanoseconds; 0 for none. */
  deadline: 0x1002,
  /** The latest guest time that any processor has read: as processors take turns, another one's may still be earlier. */
  latestTime: 0x1003,
  /** Writing tells that INIT is taken, which was held off. */
  init: 0x1004,
} as const;

export type LocalApicsState = {
  processors: LocalApicState[];
  /** Levels at LINT0 and LINT1. */
  lint0: boolean;
  lint1: boolean;
  /** Guest nanoseconds that some processor has read; only where there are several. */
  latestTime?: bigint;
};

const PAGE = 0x1000;
/** ICR: destination shorthand in bits 19:18. */
const SHORTHAND = { none: 0, self: 1, all: 2, others: 3 } as const;
const ICR = { LOGICAL: 0x800, ASSERT: 0x4000, LEVEL: 0x8000, WRITABLE: 0xc_cfff } as const;
/** Vectors below are the processor's own. */
const FIRST_VECTOR = 16;

/** Interrupt output `line` is INTR of that processor. */
export class LocalApics implements Device<LocalApicsState> {
  readonly compatible = 'intel,lapic';
  readonly size = 0x10_0000;
  readonly registers = LOCAL_APIC_REGISTERS;
  state: LocalApicsState;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly processors: number,
    private readonly signals: ApicSignals,
  ) {
    this.state = this.#fresh();
  }

  reset(): void {
    this.state = { ...this.#fresh(), lint0: this.state.lint0, lint1: this.state.lint1 };
    for (let processor = 0; processor < this.processors; processor++) {
      this.context.alarm(String(processor), undefined);
      this.#drive(processor);
    }
  }

  /** The output of the PIC, which is LINT0 of all processors. */
  setExternal(level: boolean): void {
    const isRising = level && !this.state.lint0;
    this.state.lint0 = level;
    this.#pinChanged(LVT_INDEX.lint0, level, isRising);
  }

  /** LINT1 of all processors: NMI. */
  setNmi(level: boolean): void {
    const isRising = level && !this.state.lint1;
    this.state.lint1 = level;
    this.#pinChanged(LVT_INDEX.lint1, level, isRising);
  }

  /** A message arrives at all APICs. */
  deliver(message: ApicMessage): void {
    const targets = this.state.processors.flatMap((_, processor) =>
      this.#isMeant(processor, message) ? [processor] : [],
    );
    this.#deliverTo(targets, message);
  }

  /** The vector of the interrupt that a processor takes now; it is in service from here on. */
  acknowledge(processor: number): number {
    const apic = this.#of(processor);
    const vector = this.#deliverable(processor);
    if (vector >= 0) {
      setVector(apic.irr, vector, false);
      setVector(apic.isr, vector, true);
      this.#drive(processor);
      return vector;
    }
    if (!this.#wantsExternal(processor)) return apic.svr & 0xff;
    apic.external = false;
    const external = this.signals.externalVector();
    this.#drive(processor);
    return external;
  }

  /** The slot APIC_BASE has changed: an APIC that was switched off is as after reset when it comes back. */
  baseChanged(processor: number): void {
    if (!this.#isOn(processor)) this.#resetOne(processor);
    this.#drive(processor);
  }

  read(offset: number, width: 1 | 2 | 4, by?: number): number {
    const isMissing = this.#hasPage(offset, by) && this.#register(by ?? 0, offset >>> 4) === undefined;
    if (by !== undefined && isMissing) this.#error(by, ESR.ILLEGAL_REGISTER);
    return this.#part(offset, width, by ?? 0);
  }

  /** As the first processor sees it. */
  peek(offset: number, width: 1 | 2 | 4): number {
    return this.#part(offset, width, 0);
  }

  write(offset: number, width: 1 | 2 | 4, value: number, by?: number): void {
    if (width !== 4) return;
    if (by === undefined || !this.#hasPage(offset, by)) this.deliver(messageOfStore(offset, value));
    else if ((offset & 0xf) === 0 && !this.#write(by, offset >>> 4, value)) this.#error(by, ESR.ILLEGAL_REGISTER);
  }

  /** Reads of the space `apic`; undefined where a processor has no such register or is not in x2APIC mode. */
  readSpace(address: number, by: number): bigint | undefined {
    if (address === APIC_SPACE.acknowledge) return BigInt(this.acknowledge(by));
    if (address === APIC_SPACE.deadline) return this.#of(by).timer.deadline;
    if (address === APIC_SPACE.latestTime) return this.state.latestTime ?? 0n;
    if (address === APIC.TPR) return BigInt(this.#of(by).tpr);
    if (!this.#isX2(by) || address === APIC.DFR || address === APIC.ICR_HIGH || address === APIC.EOI) return undefined;
    if (address === APIC.ICR) return (BigInt(this.#of(by).icrHigh) << 32n) | BigInt(this.#of(by).icr);
    const value = this.#register(by, address);
    return value === undefined ? undefined : BigInt(value >>> 0);
  }

  /** Writes of the space `apic`; false where there is nothing to write or a reserved bit is set. */
  writeSpace(address: number, value: bigint, by: number): boolean {
    const apic = this.#of(by);
    const low = Number(BigInt.asUintN(32, value));
    switch (address) {
      case APIC_SPACE.base:
        this.baseChanged(by);
        return true;
      case APIC_SPACE.init:
        this.#initialise(by);
        return true;
      case APIC_SPACE.deadline:
        if (isDeadline(apic)) apic.timer.deadline = value;
        this.#arm(by);
        return true;
      case APIC_SPACE.latestTime:
        this.state.latestTime = value;
        return true;
      case APIC.TPR:
        if (value > 0xffn) return false;
        return this.#write(by, address, low);
      default:
        break;
    }
    if (!this.#isX2(by)) return false;
    if (address === APIC.ICR) {
      if (low & ~(ICR.WRITABLE | 0x1000)) return false;
      apic.icrHigh = Number(value >> 32n);
      return this.#write(by, address, low);
    }
    const writable = X2_WRITABLE.get(address);
    if (writable === undefined || value >> 32n || low & ~writable) return false;
    if (address === APIC.SELF_IPI) {
      this.#deliverTo([by], { ...SELF, vector: low });
      return true;
    }
    return this.#write(by, address, low);
  }

  fired(tag: string): void {
    const processor = Number(tag);
    const apic = this.#of(processor);
    if (isDeadline(apic)) apic.timer.deadline = 0n;
    else expire(apic.timer, timerModeOf(apic), this.context.now());
    this.#arm(processor);
    this.#local(processor, LVT_INDEX.timer);
  }

  #of(processor: number): LocalApicState {
    const apic = this.state.processors[processor];
    if (!apic) throw new Error(`no processor ${processor} at ${this.id}`);
    return apic;
  }

  #isOn(processor: number): boolean {
    return (this.signals.apicBase(processor) & BASE.ENABLE) !== 0n;
  }

  #isX2(processor: number): boolean {
    return (this.signals.apicBase(processor) & BASE.X2APIC) !== 0n;
  }

  /** The registers are at this offset; in x2APIC mode or without its APIC, a processor has none in memory. */
  #hasPage(offset: number, processor = 0): boolean {
    return offset < PAGE && this.#isOn(processor) && !this.#isX2(processor);
  }

  #isEnabled(processor: number): boolean {
    return this.#isOn(processor) && (this.#of(processor).svr & SVR_ENABLE) !== 0;
  }

  #identity(processor: number): ApicIdentity {
    return { processor, isX2: this.#isX2(processor) };
  }

  #isMeant(processor: number, message: ApicMessage): boolean {
    return this.#isOn(processor) && isMeantFor(this.#of(processor), this.#identity(processor), message);
  }

  #register(processor: number, number: number): number | undefined {
    return registerOf(this.#of(processor), this.#identity(processor), number, this.context.now());
  }

  #part(offset: number, width: 1 | 2 | 4, processor: number): number {
    const ones = 2 ** (8 * width) - 1;
    if (!this.#hasPage(offset, processor)) return ones;
    if ((offset & 0xc) !== 0) return 0;
    const value = this.#register(processor, offset >>> 4) ?? 0;
    return width === 4 ? value >>> 0 : (value >>> (8 * (offset & 3))) & ones;
  }

  /** False where there is no such register. */
  #write(processor: number, number: number, value: number): boolean {
    const apic = this.#of(processor);
    if (number >= APIC.LVT_TIMER && number <= APIC.LVT_ERROR) {
      this.#writeLvt(processor, number - APIC.LVT_TIMER, value);
      return true;
    }
    switch (number) {
      case APIC.TPR:
        apic.tpr = value & 0xff;
        this.#drive(processor);
        return true;
      case APIC.EOI:
        this.#end(processor);
        return true;
      case APIC.LDR:
        apic.ldr = (value & 0xff00_0000) >>> 0;
        return true;
      case APIC.DFR:
        apic.dfr = (value | 0x0fff_ffff) >>> 0;
        return true;
      case APIC.SVR:
        apic.svr = value & 0x3ff;
        // Disabled by software, it masks all of its own interrupts.
        if (!(value & SVR_ENABLE)) apic.lvt = apic.lvt.map((entry) => entry | LVT.MASKED);
        this.#drive(processor);
        return true;
      case APIC.ESR:
        apic.esr = apic.errors;
        apic.errors = 0;
        return true;
      case APIC.ICR:
        apic.icr = value & ICR.WRITABLE;
        this.#send(processor);
        return true;
      case APIC.ICR_HIGH:
        apic.icrHigh = (value & 0xff00_0000) >>> 0;
        return true;
      case APIC.INITIAL_COUNT:
        if (!isDeadline(apic)) {
          apic.timer = { ...stoppedTimer(), initial: value >>> 0, from: value >>> 0, since: this.context.now() };
          this.#arm(processor);
        }
        return true;
      case APIC.DIVIDE:
        rebase(apic.timer, timerModeOf(apic), this.context.now());
        apic.divide = value & 0xb;
        this.#arm(processor);
        return true;
      // These can only be read, and writing them is no error.
      case APIC.ID:
      case APIC.VERSION:
      case APIC.APR:
      case APIC.PPR:
      case APIC.CURRENT_COUNT:
        return true;
      default:
        return false;
    }
  }

  #writeLvt(processor: number, index: number, value: number): void {
    const apic = this.#of(processor);
    const isTimer = index === LVT_INDEX.timer;
    const wasDeadline = isDeadline(apic);
    if (isTimer) rebase(apic.timer, timerModeOf(apic), this.context.now());
    const kept = (apic.lvt[index] ?? 0) & LVT.REMOTE_IRR;
    const forced = apic.svr & SVR_ENABLE ? 0 : LVT.MASKED;
    apic.lvt[index] = (value & (LVT_ENTRIES[index]?.writable ?? 0)) | kept | forced;
    if (isTimer) {
      // Going to the deadline or coming from it stops the timer.
      if (wasDeadline !== isDeadline(apic)) apic.timer = stoppedTimer();
      this.#arm(processor);
    } else if (index === LVT_INDEX.lint0) this.#pinOf(processor, index, this.state.lint0, false);
    else if (index === LVT_INDEX.lint1) this.#pinOf(processor, index, this.state.lint1, false);
    this.#drive(processor);
  }

  /** Sends what the processor's ICR says. */
  #send(processor: number): void {
    const { icr, icrHigh } = this.#of(processor);
    const isLogical = (icr & ICR.LOGICAL) !== 0;
    const delivery = (icr >>> 8) & 7;
    const vector = icr & 0xff;
    const isX2 = this.#isX2(processor);
    const message: ApicMessage = {
      destination: isX2 ? icrHigh : xapicDestination(icrHigh >>> 24, isLogical),
      isLogical,
      delivery,
      vector,
      isLevel: (icr & ICR.LEVEL) !== 0,
    };
    // The end of INIT, which only old processors need to be told.
    if (delivery === DELIVERY.init && message.isLevel && !(icr & ICR.ASSERT)) return;
    if ((delivery === DELIVERY.fixed || delivery === DELIVERY.lowestPriority) && vector < FIRST_VECTOR) {
      this.#error(processor, ESR.SEND_ILLEGAL);
      return;
    }
    const everybody = this.state.processors.map((_, index) => index);
    switch ((icr >>> 18) & 3) {
      case SHORTHAND.none:
        return this.deliver(message);
      case SHORTHAND.self:
        return this.#deliverTo([processor], message);
      case SHORTHAND.all:
        return this.#deliverTo(everybody, message);
      default:
        return this.#deliverTo(
          everybody.filter((index) => index !== processor),
          message,
        );
    }
  }

  #deliverTo(targets: readonly number[], { delivery, vector, isLevel }: ApicMessage): void {
    switch (delivery) {
      case DELIVERY.fixed:
        for (const target of targets) this.#accept(target, vector, isLevel);
        return;
      case DELIVERY.lowestPriority: {
        const able = targets.filter((target) => this.#isEnabled(target));
        const priorityOf = (target: number): number => arbitrationPriority(this.#of(target));
        const [first, ...others] = able;
        if (first === undefined) return;
        const chosen = others.reduce((best, target) => (priorityOf(target) < priorityOf(best) ? target : best), first);
        this.#accept(chosen, vector, isLevel);
        return;
      }
      case DELIVERY.nmi:
        for (const target of targets) this.signals.nmi(target);
        return;
      case DELIVERY.init:
        for (const target of targets) if (!this.signals.holdsInit(target)) this.#initialise(target);
        return;
      case DELIVERY.startup:
        for (const target of targets) this.signals.startup(target, vector);
        return;
      case DELIVERY.external:
        for (const target of targets) {
          this.#of(target).external = true;
          this.#drive(target);
        }
        return;
      default:
        // SMI: there is no system management mode. The rest is reserved.
        return;
    }
  }

  #accept(processor: number, vector: number, isLevel: boolean): void {
    if (!this.#isEnabled(processor)) return;
    if (vector < FIRST_VECTOR) {
      this.#error(processor, ESR.RECEIVE_ILLEGAL);
      return;
    }
    const apic = this.#of(processor);
    setVector(apic.irr, vector, true);
    setVector(apic.tmr, vector, isLevel);
    this.#drive(processor);
  }

  /** An interrupt of the APIC's own, by its entry in the local vector table. */
  #local(processor: number, index: number): void {
    const entry = this.#of(processor).lvt[index] ?? 0;
    if (entry & LVT.MASKED) return;
    const isFixedOnly = index === LVT_INDEX.timer || index === LVT_INDEX.error;
    const delivery = isFixedOnly ? DELIVERY.fixed : (entry >>> 8) & 7;
    this.#deliverTo([processor], { ...SELF, delivery, vector: entry & 0xff, isLevel: (entry & LVT.LEVEL) !== 0 });
  }

  #pinChanged(index: number, level: boolean, isRising: boolean): void {
    for (let processor = 0; processor < this.processors; processor++) {
      this.#pinOf(processor, index, level, isRising);
      this.#drive(processor);
    }
  }

  /** A pin as one processor's entry sees it. What an external controller asks is no message: see #wantsExternal. */
  #pinOf(processor: number, index: number, level: boolean, isRising: boolean): void {
    const apic = this.#of(processor);
    const entry = apic.lvt[index] ?? 0;
    const delivery = (entry >>> 8) & 7;
    if (!this.#isOn(processor)) {
      // Without its APIC a processor has the pins themselves.
      if (index === LVT_INDEX.lint1 && isRising) this.signals.nmi(processor);
    } else if (delivery === DELIVERY.fixed && entry & LVT.LEVEL) {
      if (!level || entry & (LVT.REMOTE_IRR | LVT.MASKED) || !this.#isEnabled(processor)) return;
      apic.lvt[index] = entry | LVT.REMOTE_IRR;
      this.#local(processor, index);
    } else if (isRising && delivery !== DELIVERY.external) this.#local(processor, index);
  }

  #end(processor: number): void {
    const apic = this.#of(processor);
    const vector = highestVector(apic.isr);
    if (vector < 0) return;
    setVector(apic.isr, vector, false);
    if (hasVector(apic.tmr, vector)) {
      this.signals.endOfInterrupt(vector);
      for (const [index, level] of [
        [LVT_INDEX.lint0, this.state.lint0],
        [LVT_INDEX.lint1, this.state.lint1],
      ] as const) {
        const entry = apic.lvt[index] ?? 0;
        if ((entry & 0xff) !== vector) continue;
        apic.lvt[index] = entry & ~LVT.REMOTE_IRR;
        this.#pinOf(processor, index, level, false);
      }
    }
    this.#drive(processor);
  }

  #error(processor: number, bit: number): void {
    this.#of(processor).errors |= bit;
    // An illegal vector in the error entry itself would go round.
    if (((this.#of(processor).lvt[LVT_INDEX.error] ?? 0) & 0xff) >= FIRST_VECTOR)
      this.#local(processor, LVT_INDEX.error);
  }

  /** The vector that is above the processor's priority; -1 for none. */
  #deliverable(processor: number): number {
    if (!this.#isEnabled(processor)) return -1;
    const apic = this.#of(processor);
    const vector = highestVector(apic.irr);
    return vector >> 4 > processorPriority(apic) >> 4 ? vector : -1;
  }

  /** The controller at LINT0 asks, and the processor listens: by its entry, or because its APIC is off. */
  #wantsExternal(processor: number): boolean {
    const apic = this.#of(processor);
    const entry = apic.lvt[LVT_INDEX.lint0] ?? 0;
    const isThrough = !(entry & LVT.MASKED) && ((entry >>> 8) & 7) === DELIVERY.external;
    return apic.external || (this.state.lint0 && (isThrough || !this.#isOn(processor)));
  }

  #drive(processor: number): void {
    this.context.irq(this.#deliverable(processor) >= 0 || this.#wantsExternal(processor), processor);
  }

  #arm(processor: number): void {
    const apic = this.#of(processor);
    const { deadline } = apic.timer;
    const at = isDeadline(apic) ? (deadline === 0n ? undefined : deadline) : expiry(apic.timer, timerModeOf(apic));
    this.context.alarm(String(processor), at);
  }

  #initialise(processor: number): void {
    this.#resetOne(processor);
    this.#drive(processor);
    this.signals.init(processor);
  }

  #resetOne(processor: number): void {
    this.state.processors[processor] = resetState(processor);
    this.context.alarm(String(processor), undefined);
  }

  #fresh(): LocalApicsState {
    const processors = Array.from({ length: this.processors }, (_, processor) => resetState(processor));
    return { processors, lint0: false, lint1: false };
  }
}

const SELF: ApicMessage = { destination: 0, isLogical: false, delivery: DELIVERY.fixed, vector: 0, isLevel: false };

/** Bits that may be set in writes of x2APIC registers; all others are reserved, and so are registers that are not here. */
const X2_WRITABLE: ReadonlyMap<number, number> = new Map([
  [APIC.EOI, 0],
  [APIC.SVR, 0x3ff],
  [APIC.ESR, 0],
  ...LVT_ENTRIES.map(({ writable }, index) => [APIC.LVT_TIMER + index, writable | 0x1000] as const),
  [APIC.INITIAL_COUNT, 0xffff_ffff],
  [APIC.DIVIDE, 0xb],
  [APIC.SELF_IPI, 0xff],
]);
