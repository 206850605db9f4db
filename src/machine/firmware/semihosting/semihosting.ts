/**
 * What a program asks of the debugger's host by semihosting, as far as it stays inside the machine: console, exit, time, command
 * line, heap. Files of the host are none: opening one fails, as on a host that has none.
 * @see Semihosting for AArch32 and AArch64 (Arm), "Semihosting operations"
 */
import type { PowerEvent } from '../../../devices/device';

/** What the service needs of the processor that asks and the machine around it. */
export interface SemihostingHost {
  /** Memory as the caller sees it; `undefined` or false where it faults. */
  read(at: bigint, length: number): Uint8Array | undefined;
  write(at: bigint, bytes: Uint8Array): boolean;
  output(bytes: Uint8Array): void;
  /** Takes bytes that were typed. */
  receive(limit: number): Uint8Array;
  power(event: PowerEvent): void;
  /** Guest nanoseconds since reset. */
  now(): bigint;
  readonly commandLine: string;
  /** Where RAM begins and ends. */
  readonly ram: { readonly base: bigint; readonly end: bigint };
}

const OPERATION = {
  OPEN: 0x01,
  CLOSE: 0x02,
  WRITEC: 0x03,
  WRITE0: 0x04,
  WRITE: 0x05,
  READ: 0x06,
  READC: 0x07,
  ISERROR: 0x08,
  ISTTY: 0x09,
  SEEK: 0x0a,
  FLEN: 0x0c,
  TMPNAM: 0x0d,
  REMOVE: 0x0e,
  RENAME: 0x0f,
  CLOCK: 0x10,
  TIME: 0x11,
  SYSTEM: 0x12,
  ERRNO: 0x13,
  GET_CMDLINE: 0x15,
  HEAPINFO: 0x16,
  EXIT: 0x18,
  EXIT_EXTENDED: 0x20,
  ELAPSED: 0x30,
  TICKFREQ: 0x31,
} as const;

/** ADP_Stopped_ApplicationExit: the program ended by itself. */
const APPLICATION_EXIT = 0x20026n;
/** The console's name for {@link OPERATION.OPEN}, and the handle it gets. */
const TERMINAL = ':tt';
const HANDLE = 1n;
const FAILED = BigInt.asUintN(64, -1n);
const EIO = 5n;
/** Seconds from 1970 to 2025-01-01, where the boards' clocks begin. */
const EPOCH = 1_735_689_600n;
const WORD = 8;
/** Most bytes that one call writes or reads. */
const MOST = 1 << 20;
const NANOSECONDS = 1_000_000_000n;

const words = (bytes: Uint8Array): bigint[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / WORD }, (_, index) => view.getBigUint64(index * WORD, true));
};
const bytesOf = (...values: bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer);
const size = (length: bigint): number => Number(length < BigInt(MOST) ? length : BigInt(MOST));

/**
 * Answers one call.
 * @param operation what w0 says
 * @param parameter x1: a value, or where the block of parameters lies
 * @returns what x0 gets; `undefined` where the call does not return
 */
export const semihosting = (host: SemihostingHost, operation: number, parameter: bigint): bigint | undefined => {
  /** The words of the parameter block; zeros where it cannot be read. */
  const block = (count: number): bigint[] => {
    const bytes = host.read(parameter, count * WORD);
    return bytes ? words(bytes) : new Array<bigint>(count).fill(0n);
  };
  switch (operation) {
    case OPERATION.OPEN: {
      const [name = 0n, , length = 0n] = block(3);
      const bytes = host.read(name, size(length));
      return bytes && new TextDecoder().decode(bytes) === TERMINAL ? HANDLE : FAILED;
    }
    case OPERATION.CLOSE:
      return block(1)[0] === HANDLE ? 0n : FAILED;
    case OPERATION.WRITEC: {
      const bytes = host.read(parameter, 1);
      if (bytes) host.output(bytes);
      return parameter;
    }
    case OPERATION.WRITE0:
      host.output(text(host, parameter));
      return parameter;
    case OPERATION.WRITE: {
      const [handle, at = 0n, length = 0n] = block(3);
      const bytes = handle === HANDLE ? host.read(at, size(length)) : undefined;
      if (!bytes) return length;
      host.output(bytes);
      return length - BigInt(bytes.length);
    }
    case OPERATION.READ: {
      const [handle, at = 0n, length = 0n] = block(3);
      if (handle !== HANDLE) return length;
      const bytes = host.receive(size(length));
      return host.write(at, bytes) ? length - BigInt(bytes.length) : length;
    }
    case OPERATION.READC:
      return BigInt(host.receive(1)[0] ?? 0);
    case OPERATION.ISERROR:
      return (block(1)[0] ?? 0n) >> 63n;
    case OPERATION.ISTTY:
      return block(1)[0] === HANDLE ? 1n : 0n;
    case OPERATION.CLOCK:
      return host.now() / (NANOSECONDS / 100n);
    case OPERATION.TIME:
      return EPOCH + host.now() / NANOSECONDS;
    case OPERATION.ERRNO:
      return EIO;
    case OPERATION.GET_CMDLINE: {
      const [at = 0n, room = 0n] = block(2);
      const line = new TextEncoder().encode(`${host.commandLine}\0`);
      if (BigInt(line.length) > room || !host.write(at, line)) return FAILED;
      return host.write(parameter, bytesOf(at, BigInt(line.length - 1))) ? 0n : FAILED;
    }
    case OPERATION.HEAPINFO: {
      const { base, end } = host.ram;
      const middle = base + (end - base) / 2n;
      // Heap: the upper half of RAM up to a stack of a quarter below its end.
      const limit = end - (end - base) / 4n;
      host.write(block(1)[0] ?? 0n, bytesOf(middle, limit, end, limit));
      return parameter;
    }
    case OPERATION.EXIT:
    case OPERATION.EXIT_EXTENDED: {
      const [reason, code = 0n] = block(2);
      const status = reason === APPLICATION_EXIT ? Number(BigInt.asUintN(8, code)) : 1;
      host.power({ kind: status === 0 ? 'off' : 'fail', code: status });
      return undefined;
    }
    case OPERATION.ELAPSED:
      return host.write(parameter, bytesOf(host.now())) ? 0n : FAILED;
    case OPERATION.TICKFREQ:
      return NANOSECONDS;
    default:
      // SEEK, FLEN, TMPNAM, REMOVE, RENAME, SYSTEM and what nobody defined: there are no files, and no shell.
      return FAILED;
  }
};

/** The bytes from `at` up to a 0. */
const text = (host: SemihostingHost, at: bigint): Uint8Array => {
  const bytes: number[] = [];
  while (bytes.length < MOST) {
    const byte = host.read(at + BigInt(bytes.length), 1)?.[0];
    if (byte === undefined || byte === 0) break;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
};
