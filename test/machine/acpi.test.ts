import { describe, expect, it } from 'vitest';
import { acpiFacts } from '../../src/machine/boards/x86_64-q35/memory';
import { acpiAt } from '../../src/machine/boot/acpi/acpi';
import {
  buffer,
  device,
  eisaId,
  integer,
  method,
  name,
  packageOf,
  path,
  text,
  window,
} from '../../src/machine/boot/acpi/aml';
import { acpiFiles } from '../../src/machine/boot/acpi/loader';

const BASE = 0x7fe_0000;
const FACTS = acpiFacts(3, 128 * 2 ** 20);

interface Table {
  readonly signature: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Memory with the tables in it, as a kernel reads it from the RSDP on. */
const tableAt = (tables: Uint8Array, address: number): Table => {
  const offset = address - BASE;
  const length = new DataView(tables.buffer, tables.byteOffset + offset).getUint32(4, true);
  const bytes = tables.subarray(offset, offset + length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { signature: new TextDecoder().decode(bytes.subarray(0, 4)), bytes, view };
};
const sum = (bytes: Uint8Array): number => bytes.reduce((all, byte) => all + byte, 0) & 0xff;

/** All that the RSDP leads to, by signature. */
const reachable = (tables: Uint8Array, rsdp: Uint8Array): Map<string, Table> => {
  const root = new DataView(rsdp.buffer, rsdp.byteOffset);
  const [rsdt, xsdt] = [root.getUint32(16, true), Number(root.getBigUint64(24, true))].map((at) => tableAt(tables, at));
  const found = new Map<string, Table>();
  for (const table of [rsdt, xsdt]) if (table) found.set(table.signature, table);
  if (!rsdt || !xsdt) return found;
  const listed = Array.from({ length: (xsdt.bytes.length - 36) / 8 }, (_, index) =>
    Number(xsdt.view.getBigUint64(36 + 8 * index, true)),
  );
  expect(
    Array.from({ length: (rsdt.bytes.length - 36) / 4 }, (_, index) => rsdt.view.getUint32(36 + 4 * index, true)),
  ).toEqual(listed);
  for (const at of listed) {
    const table = tableAt(tables, at);
    found.set(table.signature, table);
  }
  const fadt = found.get('FACP');
  for (const at of [36, 40]) {
    const table = fadt && tableAt(tables, fadt.view.getUint32(at, true));
    if (table) found.set(table.signature, table);
  }
  return found;
};

describe('the ACPI tables', () => {
  const { tables, rsdp } = acpiAt(FACTS, BASE);
  const found = reachable(tables, rsdp);
  const view = (signature: string): DataView => {
    const table = found.get(signature);
    if (!table) throw new Error(`no ${signature}`);
    return table.view;
  };

  it('are reached from the RSDP by both roots', () => {
    expect([...found.keys()].sort()).toEqual(['APIC', 'DSDT', 'FACP', 'FACS', 'HPET', 'MCFG', 'RSDT', 'XSDT']);
  });

  it('have sums of 0, and so has the RSDP in both lengths', () => {
    const sums = [...found.values()].filter(({ signature }) => signature !== 'FACS').map(({ bytes }) => sum(bytes));
    expect(sums).toEqual(sums.map(() => 0));
    expect([sum(rsdp), sum(rsdp.subarray(0, 20))]).toEqual([0, 0]);
  });

  it('FADT says how to switch off, how to reset, and how to tell the time', () => {
    const fadt = view('FACP');
    expect([56, 64, 76].map((at) => fadt.getUint32(at, true))).toEqual([0x600, 0x604, 0x608]);
    expect([fadt.getUint8(116), fadt.getBigUint64(120, true), fadt.getUint8(128)]).toEqual([1, 0xcf9n, 0x0f]);
    expect(fadt.getUint32(112, true) & 0x400).toBe(0x400);
    expect(fadt.getBigUint64(140, true)).toBe(BigInt(fadt.getUint32(40, true)));
  });

  it('MADT lists the processors, the I/O APIC, and what differs from the ISA bus', () => {
    const madt = view('APIC');
    expect(madt.getUint32(36, true)).toBe(0xfee0_0000);
    const entries: number[][] = [];
    for (let at = 44; at < madt.byteLength; at += madt.getUint8(at + 1)) {
      entries.push(Array.from({ length: madt.getUint8(at + 1) }, (_, index) => madt.getUint8(at + index)));
    }
    expect(entries).toEqual([
      [0, 8, 0, 0, 1, 0, 0, 0],
      [0, 8, 1, 1, 1, 0, 0, 0],
      [0, 8, 2, 2, 1, 0, 0, 0],
      [1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0],
      [2, 10, 0, 0, 2, 0, 0, 0, 0, 0],
      [2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0],
      [2, 10, 0, 10, 10, 0, 0, 0, 0x0d, 0],
      [2, 10, 0, 11, 11, 0, 0, 0, 0x0d, 0],
      [4, 6, 0xff, 0, 0, 1],
    ]);
  });

  it('MCFG and HPET say where those are', () => {
    expect([view('MCFG').getBigUint64(44, true), view('MCFG').getUint8(55)]).toEqual([0xb000_0000n, 255]);
    expect(view('HPET').getBigUint64(44, true)).toBe(0xfed0_0000n);
  });
});

describe('terms of AML', () => {
  const bytes = (...term: readonly number[]): string =>
    term.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  it.each([
    [
      'integers take as few bytes as they need',
      [...integer(0), ...integer(1), ...integer(2), ...integer(0x1234)],
      '00 01 0a 02 0b 34 12',
    ],
    ['a name is padded to four characters', name('X', integer(1)), '08 58 5f 5f 5f 01'],
    ['a path of two names has a prefix', path('\\_SB.PCI0'), '5c 2e 5f 53 42 5f 50 43 49 30'],
    ['a path of three names has their number', path('A.B.C').slice(0, 3), '2f 03 41'],
    ['a package has its length and count', packageOf(integer(0), integer(3)), '12 05 02 00 0a 03'],
    ['a text ends with zero', text('A'), '0d 41 00'],
    ['a long length takes two bytes, the low bits first', buffer(new Array(70).fill(0)).slice(0, 5), '11 4a 04 0a 46'],
    ['a method has its arguments’ number', method('_PIC', 1), '14 06 5f 50 49 43 01'],
    ['a device is an extended operation', device('D'), '5b 82 05 44 5f 5f 5f'],
    ['PNP0A08 is the number of the catalogue', eisaId('PNP0A08'), '0c 41 d0 0a 08'],
    ['a window of buses', window('bus', 16, 0, 255), '88 0d 00 02 0c 00 00 00 00 00 ff 00 00 00 00 01'],
  ] as const)('%s', (_name, term, expected) => {
    expect(bytes(...term)).toBe(expected);
  });
});

/** Does what the commands say, as a firmware would; yields both files as they end up at their addresses. */
function linkAsFirmware(files: ReadonlyMap<string, Uint8Array>, places: Readonly<Record<string, number>>) {
  const loader = files.get('etc/table-loader') ?? new Uint8Array();
  const memory = new Map<string, Uint8Array>();
  for (let at = 0; at < loader.length; at += 128) {
    const view = new DataView(loader.buffer, loader.byteOffset + at, 128);
    const nameAt = (offset: number): string =>
      new TextDecoder().decode(loader.subarray(at + offset, at + offset + 56)).split('\0')[0] ?? '';
    const first = nameAt(4);
    const target = memory.get(first);
    switch (view.getUint32(0, true)) {
      case 1:
        memory.set(first, (files.get(first) ?? new Uint8Array()).slice());
        break;
      case 2: {
        const bytes = new DataView(target?.buffer ?? new ArrayBuffer(0));
        const offset = view.getUint32(116, true);
        const base = places[nameAt(60)] ?? 0;
        if (view.getUint8(120) === 8) bytes.setBigUint64(offset, bytes.getBigUint64(offset, true) + BigInt(base), true);
        else bytes.setUint32(offset, bytes.getUint32(offset, true) + base, true);
        break;
      }
      case 3: {
        if (!target) break;
        const [offset, start, length] = [60, 64, 68].map((field) => view.getUint32(field, true)) as [
          number,
          number,
          number,
        ];
        target[offset] = ((target[offset] ?? 0) - sum(target.subarray(start, start + length))) & 0xff;
        break;
      }
    }
  }
  return memory;
}

it('a firmware that follows the loader’s commands ends with the same tables', () => {
  const memory = linkAsFirmware(new Map(acpiFiles(FACTS)), { 'etc/acpi/tables': BASE });
  const { tables, rsdp } = acpiAt(FACTS, BASE);
  expect(memory.get('etc/acpi/tables')).toEqual(tables);
  expect(memory.get('etc/acpi/rsdp')).toEqual(rsdp);
});
