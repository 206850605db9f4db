/** Nodes and properties that the device trees of all boards have alike. */
import type { FdtNode } from './fdt';
import type { PhysicalRange } from './load-plan';

/** A place in the physical address space. */
export interface TreeWindow {
  readonly base: number;
  readonly size: number;
}

/** A node's name with its unit address: `serial@10000000`. */
export const nodeAt = (name: string, { base }: Pick<TreeWindow, 'base'>): string => `${name}@${base.toString(16)}`;

/** `reg` of two cells for an address and two for a size. */
export const reg = (...windows: readonly TreeWindow[]): bigint[] =>
  windows.flatMap(({ base, size }) => [BigInt(base), BigInt(size)]);

/** What a kernel is told of its start. */
export interface ChosenOptions {
  readonly bootargs?: string;
  /** The initial RAM disk. */
  readonly initrd?: PhysicalRange;
}

/** @param console the path of the node that the console is */
export const chosenNode = (console: string, { bootargs, initrd }: ChosenOptions): FdtNode => ({
  name: 'chosen',
  properties: {
    ...(bootargs === undefined ? {} : { bootargs }),
    ...(initrd === undefined
      ? {}
      : { 'linux,initrd-start': BigInt(initrd.start), 'linux,initrd-end': BigInt(initrd.end) }),
    'stdout-path': console,
  },
});

/** PCI's three-cell addresses: kind of space, then 64 bits. */
const SPACE = { io: 0x100_0000, memory: 0x200_0000, memory64: 0x300_0000 } as const;
const cells = (value: number): number[] => [Math.floor(value / 2 ** 32), value % 2 ** 32];

/** One of a PCI bridge's `ranges`. @param bus where the window is in the bus's space of that kind */
export const pciRange = (kind: keyof typeof SPACE, bus: number, { base, size }: TreeWindow): number[] => [
  SPACE[kind],
  ...cells(bus),
  ...cells(base),
  ...cells(size),
];

/**
 * `interrupt-map` of a PCI bus, for the mask {@link PCI_WIRE_MASK}.
 * @param parent the interrupt of wire 0 to 3, with the controller's phandle before it
 */
export const pciWires = (parent: (wire: number) => readonly number[]): number[] =>
  // The wire of a pin: neighbouring slots are turned by one, so a table for four slots says it all.
  [0, 1, 2, 3].flatMap((slot) =>
    [1, 2, 3, 4].flatMap((pin) => [slot << 11, 0, 0, pin, ...parent((slot + pin - 1) % 4)]),
  );

/** The lower bits of a slot's number, and the pin. */
export const PCI_WIRE_MASK: readonly number[] = [0x1800, 0, 0, 7];
