/**
 * The commands of an interrupt translation service: four words of 64 bits, of which the first says which it is.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), section 5.3 "ITS commands and error handling"
 */

/** Bytes of a command. */
export const COMMAND_BYTES = 32;

export type ItsCommand =
  | {
      readonly name: 'MAPD';
      readonly device: number;
      readonly bits: number;
      readonly table: bigint;
      readonly isValid: boolean;
    }
  | { readonly name: 'MAPC'; readonly collection: number; readonly processor: number; readonly isValid: boolean }
  | {
      readonly name: 'MAPTI';
      readonly device: number;
      readonly event: number;
      readonly id: number;
      readonly collection: number;
    }
  | { readonly name: 'MOVI'; readonly device: number; readonly event: number; readonly collection: number }
  | { readonly name: 'INT' | 'CLEAR' | 'INV' | 'DISCARD'; readonly device: number; readonly event: number }
  | { readonly name: 'INVALL'; readonly collection: number }
  | { readonly name: 'MOVALL'; readonly from: number; readonly to: number }
  | { readonly name: 'SYNC' };

const field = (word: bigint, high: number, low: number): number =>
  Number(BigInt.asUintN(high - low + 1, word >> BigInt(low)));

const EVENTS = { 3: 'INT', 4: 'CLEAR', 12: 'INV', 15: 'DISCARD' } as const;

/** Reads a command; its number where there is none with it. */
export function readCommand(bytes: Uint8Array): ItsCommand | number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [first, second, third, fourth] = [0, 8, 16, 24].map((at) => view.getBigUint64(at, true)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const number = field(first, 7, 0);
  const device = field(first, 63, 32);
  const event = field(second, 31, 0);
  const collection = field(third, 15, 0);
  const processor = field(third, 50, 16);
  const isValid = third >> 63n === 1n;
  switch (number) {
    case 0x01:
      return { name: 'MOVI', device, event, collection };
    case 0x03:
    case 0x04:
    case 0x0c:
    case 0x0f:
      return { name: EVENTS[number], device, event };
    case 0x05:
      return { name: 'SYNC' };
    case 0x08:
      return { name: 'MAPD', device, bits: field(second, 4, 0) + 1, table: third & 0xf_ffff_ffff_ff00n, isValid };
    case 0x09:
      return { name: 'MAPC', collection, processor, isValid };
    case 0x0a:
      return { name: 'MAPTI', device, event, id: field(second, 63, 32), collection };
    case 0x0b:
      return { name: 'MAPTI', device, event, id: event, collection };
    case 0x0d:
      return { name: 'INVALL', collection };
    case 0x0e:
      return { name: 'MOVALL', from: processor, to: field(fourth, 50, 16) };
    default:
      return number;
  }
}
