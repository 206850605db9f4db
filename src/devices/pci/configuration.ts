/**
 * The 256 bytes of configuration space of a PCI function: what they hold at reset and which bits can be written.
 * @see PCI Local Bus Specification 3.0, chapter 6
 */

/** Offsets of header registers. */
export const HEADER = {
  command: 4,
  status: 6,
  type: 0x0e,
  bar0: 0x10,
  capabilities: 0x34,
  interruptLine: 0x3c,
} as const;
export const COMMAND = { io: 1, memory: 2, busMaster: 4, interruptDisable: 0x400 } as const;

export interface BarSpec {
  /** 0 to 5; a 64-bit one takes the next as well. */
  readonly index: number;
  /** Bytes, a power of two. */
  readonly size: number;
  readonly is64: boolean;
  readonly isPrefetchable: boolean;
}

export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  readonly revision: number;
  /** Class, subclass, programming interface. */
  readonly classCode: number;
  readonly subsystemVendor: number;
  readonly subsystem: number;
  /** 1 for INTA; 0 where the function raises no interrupt. */
  readonly interruptPin: 0 | 1 | 2 | 3 | 4;
  readonly bars: readonly BarSpec[];
  readonly capabilities: readonly CapabilitySpec[];
  /** Its device has more functions, or could have. */
  readonly isMultifunction?: boolean;
  /** Registers of its own beyond the header. */
  readonly registers?: readonly ConfigurationRegister[];
}

/** A register in configuration space of the function's own. */
export interface ConfigurationRegister {
  /** The datasheet's name. */
  readonly name: string;
  readonly offset: number;
  readonly width: 1 | 2 | 4;
  readonly reset: number;
  /** Bits that the guest can change. */
  readonly writable: number;
}

export interface CapabilitySpec {
  readonly id: number;
  /** What follows the pointer to the next capability. */
  readonly body: Uint8Array;
  /** Bits of the body that the guest can change; none by default. */
  readonly writable?: Uint8Array;
}

const FIRST_CAPABILITY = 0x40;
const MULTIFUNCTION = 0x80;
const STATUS_HAS_CAPABILITIES = 0x10;

export interface ConfigurationSpace {
  /** Contents at reset. */
  readonly reset: Uint8Array;
  /** Bits that the guest can change. */
  readonly writable: Uint8Array;
  /** Where each capability lies. */
  readonly capabilities: readonly number[];
}

/** Lays a function's configuration space out. */
export const configurationSpace = (identity: PciIdentity): ConfigurationSpace => {
  const reset = new Uint8Array(256);
  const writable = new Uint8Array(256);
  const [at, mask] = [new DataView(reset.buffer), new DataView(writable.buffer)];
  at.setUint16(0, identity.vendor, true);
  at.setUint16(2, identity.device, true);
  mask.setUint16(HEADER.command, COMMAND.io | COMMAND.memory | COMMAND.busMaster | COMMAND.interruptDisable, true);
  at.setUint32(8, (identity.classCode << 8) | identity.revision, true);
  writable[0x0c] = 0xff;
  at.setUint16(0x2c, identity.subsystemVendor, true);
  at.setUint16(0x2e, identity.subsystem, true);
  writable[HEADER.interruptLine] = 0xff;
  reset[0x3d] = identity.interruptPin;
  for (const bar of identity.bars) {
    const offset = HEADER.bar0 + 4 * bar.index;
    at.setUint32(offset, (bar.is64 ? 4 : 0) | (bar.isPrefetchable ? 8 : 0), true);
    // A BAR tells its size by the bits that stay 0 when ones are written.
    mask.setUint32(offset, -bar.size >>> 0, true);
    if (bar.is64) mask.setUint32(offset + 4, 0xffff_ffff, true);
  }
  if (identity.isMultifunction) reset[HEADER.type] = MULTIFUNCTION;
  for (const register of identity.registers ?? []) {
    for (let byte = 0; byte < register.width; byte++) {
      reset[register.offset + byte] = register.reset >>> (8 * byte);
      writable[register.offset + byte] = register.writable >>> (8 * byte);
    }
  }
  const places: number[] = [];
  let next = FIRST_CAPABILITY;
  let link: number = HEADER.capabilities;
  for (const { id, body, writable: mutable } of identity.capabilities) {
    reset[link] = next;
    reset[next] = id;
    reset.set(body, next + 2);
    if (mutable) writable.set(mutable, next + 2);
    places.push(next);
    link = next + 1;
    next += (2 + body.length + 3) & ~3;
  }
  if (places.length > 0) at.setUint16(HEADER.status, STATUS_HAS_CAPABILITIES, true);
  return { reset, writable, capabilities: places };
};

/** The address in a BAR of these bytes. */
export const barAddress = (bytes: Uint8Array, { index, is64, size }: BarSpec): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const offset = HEADER.bar0 + 4 * index;
  const low = (view.getUint32(offset, true) & -size) >>> 0;
  return is64 ? view.getUint32(offset + 4, true) * 2 ** 32 + low : low;
};

export const commandOf = (bytes: Uint8Array): number =>
  (bytes[HEADER.command] ?? 0) | ((bytes[HEADER.command + 1] ?? 0) << 8);
