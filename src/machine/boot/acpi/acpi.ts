/**
 * The ACPI tables of a PC, from the facts of its board: RSDP, RSDT and XSDT, FADT with FACS and DSDT, MADT, HPET, MCFG.
 * @see ACPI Specification 6.5, section 5.2
 */
import { dsdtBody } from './dsdt';
import { type Field, placed, setFields, systemTable, TableList, type Tables } from './tables';

interface Range {
  readonly base: number;
  readonly size: number;
}

/** What the tables say. Addresses are physical; ports are numbers of ports. */
export interface AcpiFacts {
  readonly processors: number;
  readonly localApic: number;
  readonly ioApic: number;
  readonly hpet: number;
  readonly pci: {
    readonly ecam: Range;
    /** Where BARs can be. */
    readonly windows: readonly Range[];
    /** The I/O APIC's input of the first of the four wires; the others follow. */
    readonly firstInterrupt: number;
    /** The old controllers' inputs of the four wires. */
    readonly isaInterrupts: readonly number[];
  };
  /** Ports of the power management registers. */
  readonly power: {
    /** Where a kernel says that it takes power management over, or gives it back. */
    readonly command: { readonly port: number; readonly enable: number; readonly disable: number };
    readonly events: number;
    readonly control: number;
    readonly timer: number;
    readonly general: number;
    /** The reset register, and what to write there. */
    readonly reset: number;
    readonly resetValue: number;
    /** Input of the interrupt controllers. */
    readonly interrupt: number;
  };
  /** SLP_TYP that means off. */
  readonly sleepType: number;
  /** Inputs of the old controllers. */
  readonly legacy: { readonly serial: number; readonly clock: number; readonly keyboard: number };
}

const bytesOf = (length: number, fields: readonly Field[], start = ''): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(start));
  setFields(bytes, fields);
  return bytes;
};

const HEADER = 36;

/** Waking and the global lock, for whoever asks: section 5.2.10. */
const facs = (): Uint8Array =>
  bytesOf(
    64,
    [
      [4, 4, 64],
      [32, 1, 1],
    ],
    'FACS',
  );

/** A Generic Address Structure of ports; blocks are accessed by bytes. */
const port = (at: number, address: number, bytes: number): Field[] => [
  [at, 1, 1],
  [at + 1, 1, bytes * 8],
  [at + 3, 1, bytes > 4 ? 1 : 1 + Math.log2(bytes)],
  [at + 4, 8, address],
];

/** Section 5.2.9. Bits of "Fixed ACPI Description Table Fixed Feature Flags": */
const FLAG = { wbinvd: 1, processorC1: 4, noPowerButton: 0x10, noSleepButton: 0x20, resetRegister: 0x400 } as const;
const BOOT = { legacyDevices: 1, keyboard: 2 } as const;
const NO_C_STATE = 0xfff;
const CENTURY_REGISTER = 0x32;
const FADT_BYTES = 244;

const fadt = ({ power }: AcpiFacts): Uint8Array => {
  const flags = Object.values(FLAG).reduce((all, bit) => all | bit, 0);
  const fields: readonly Field[] = [
    [46, 2, power.interrupt],
    [48, 4, power.command.port],
    [52, 1, power.command.enable],
    [53, 1, power.command.disable],
    [56, 4, power.events],
    [64, 4, power.control],
    [76, 4, power.timer],
    [80, 4, power.general],
    [88, 1, 4],
    [89, 1, 2],
    [91, 1, 4],
    [92, 1, 16],
    [96, 2, NO_C_STATE],
    [98, 2, NO_C_STATE],
    [108, 1, CENTURY_REGISTER],
    [109, 2, BOOT.legacyDevices | BOOT.keyboard],
    [112, 4, flags],
    ...port(116, power.reset, 1),
    [128, 1, power.resetValue],
    ...port(148, power.events, 4),
    ...port(172, power.control, 2),
    ...port(208, power.timer, 4),
    ...port(220, power.general, 16),
  ];
  const table = systemTable('FACP', 3, new Uint8Array(FADT_BYTES - HEADER));
  setFields(table, fields);
  return table;
};

/** Polarity and trigger mode of an interrupt: active high, level. Section 5.2.12.5. */
const LEVEL_HIGH = 0x0d;
/** The second input of all processors is the NMI's. */
const ALL_PROCESSORS = 0xff;

const madt = ({ processors, localApic, ioApic, power, pci }: AcpiFacts): Uint8Array => {
  const levels = [...new Set([power.interrupt, ...pci.isaInterrupts])].sort((a, b) => a - b);
  const entry = (type: number, length: number, fields: readonly Field[]): Uint8Array =>
    bytesOf(length, [[0, 1, type], [1, 1, length], ...fields]);
  const override = (from: number, to: number, flags: number): Uint8Array =>
    entry(2, 10, [
      [3, 1, from],
      [4, 4, to],
      [8, 2, flags],
    ]);
  const entries = [
    ...Array.from({ length: processors }, (_, id) =>
      entry(0, 8, [
        [2, 1, id],
        [3, 1, id],
        [4, 4, 1],
      ]),
    ),
    entry(1, 12, [[4, 4, ioApic]]),
    override(0, 2, 0),
    ...levels.map((number) => override(number, number, LEVEL_HIGH)),
    entry(4, 6, [
      [2, 1, ALL_PROCESSORS],
      [5, 1, 1],
    ]),
  ];
  const head = bytesOf(8, [
    [0, 4, localApic],
    [4, 4, 1],
  ]);
  return systemTable('APIC', 3, Uint8Array.from([head, ...entries].flatMap((one) => [...one])));
};

/** The timer block's first register: Intel's, three comparators, 64-bit counter, legacy replacement. */
const HPET_ID = 0x8086_a201;

const hpet = ({ hpet: address }: AcpiFacts): Uint8Array =>
  systemTable(
    'HPET',
    1,
    bytesOf(20, [
      [0, 4, HPET_ID],
      [8, 8, address],
    ]),
  );

const mcfg = ({ pci: { ecam } }: AcpiFacts): Uint8Array =>
  systemTable(
    'MCFG',
    1,
    bytesOf(24, [
      [8, 8, ecam.base],
      [19, 1, ecam.size / 2 ** 20 - 1],
    ]),
  );

/** All tables but the RSDP, and where its two pointers go. */
export interface AcpiTables {
  readonly tables: Tables;
  readonly rsdt: number;
  readonly xsdt: number;
}

/** Makes the tables. */
export function acpiTables(facts: AcpiFacts): AcpiTables {
  const list = new TableList();
  const facsAt = list.addPlain(facs(), 64);
  const dsdtAt = list.add(systemTable('DSDT', 2, dsdtBody(facts)));
  const fadtAt = list.add(fadt(facts), [
    [36, 4, facsAt],
    [40, 4, dsdtAt],
    [140, 8, dsdtAt],
  ]);
  const all = [fadtAt, ...[madt, hpet, mcfg].map((make) => list.add(make(facts)))];
  const root = (signature: string, width: 4 | 8): number =>
    list.add(
      systemTable(signature, 1, new Uint8Array(all.length * width)),
      all.map((at, index) => [HEADER + width * index, width, at] as const),
    );
  const rsdt = root('RSDT', 4);
  const xsdt = root('XSDT', 8);
  return { tables: list.tables, rsdt, xsdt };
}

/** The RSDP of tables, section 5.2.5.3, to be put in place. */
export function rsdpOf({ rsdt, xsdt }: AcpiTables): Tables {
  const bytes = bytesOf(
    36,
    [
      [15, 1, 2],
      [16, 4, rsdt],
      [20, 4, 36],
      [24, 8, xsdt],
    ],
    'RSD PTR \0WRLDST',
  );
  return {
    bytes,
    pointers: [
      { at: 16, bytes: 4 },
      { at: 24, bytes: 8 },
    ],
    checksums: [
      { at: 8, start: 0, length: 20 },
      { at: 32, start: 0, length: 36 },
    ],
  };
}

/** The tables in memory: bytes for `base`, and the RSDP that leads to them. */
export function acpiAt(facts: AcpiFacts, base: number): { readonly tables: Uint8Array; readonly rsdp: Uint8Array } {
  const made = acpiTables(facts);
  return { tables: placed(made.tables, base), rsdp: placed(rsdpOf(made), base) };
}
