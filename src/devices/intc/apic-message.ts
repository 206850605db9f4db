/**
 * What APICs send each other: interrupts of local APICs, of the I/O APIC, and message-signalled ones of devices, decoded here.
 * @see AMD64 APM volume 2, 16.5 "Interprocessor Interrupts", 16.7 "x2APIC"
 */

/** Delivery modes, in bits 10:8 of an ICR, a redirection entry or a message's data. */
export const DELIVERY = {
  fixed: 0,
  lowestPriority: 1,
  smi: 2,
  nmi: 4,
  init: 5,
  startup: 6,
  external: 7,
} as const;

/** A destination that all local APICs have. */
export const EVERYBODY = 0xffff_ffff;
const XAPIC_EVERYBODY = 0xff;

export interface ApicMessage {
  /** An APIC's id, {@link EVERYBODY}, or bits of logical ids. */
  readonly destination: number;
  readonly isLogical: boolean;
  /** One of {@link DELIVERY}. */
  readonly delivery: number;
  readonly vector: number;
  /** Its end is told to the I/O APIC. */
  readonly isLevel: boolean;
}

/** The destination of a field of 8 bits. */
export const xapicDestination = (destination: number, isLogical: boolean): number =>
  !isLogical && destination === XAPIC_EVERYBODY ? EVERYBODY : destination;

/** The message that a store of `data` in the 1 MiB at 0xFEE00000 is. @param offset from there */
export const messageOfStore = (offset: number, data: number): ApicMessage => {
  const isLogical = (offset & 4) !== 0;
  return {
    destination: xapicDestination((offset >>> 12) & 0xff, isLogical),
    isLogical,
    delivery: (data >>> 8) & 7,
    vector: data & 0xff,
    isLevel: (data & 0x8000) !== 0,
  };
};

/** The message of an I/O APIC's redirection entry. @param high its bits 63:32 */
export const messageOfEntry = (low: number, high: number): ApicMessage => {
  const isLogical = (low & 0x800) !== 0;
  return {
    destination: xapicDestination(high >>> 24, isLogical),
    isLogical,
    delivery: (low >>> 8) & 7,
    vector: low & 0xff,
    isLevel: (low & 0x8000) !== 0,
  };
};
