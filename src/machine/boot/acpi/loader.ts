/**
 * The ACPI tables as files of fw_cfg, with the commands by which a firmware allocates, links and sums them.
 * @see QEMU, hw/acpi/bios-linker-loader.c for the commands' layout
 */
import { type AcpiFacts, acpiTables, rsdpOf } from './acpi';
import type { Tables } from './tables';

const COMMAND_BYTES = 128;
const NAME_BYTES = 56;
const COMMAND = { allocate: 1, addPointer: 2, addChecksum: 3 } as const;
const ZONE = { high: 1, fseg: 2 } as const;

const FILES = { tables: 'etc/acpi/tables', rsdp: 'etc/acpi/rsdp', loader: 'etc/table-loader' } as const;

type Part = { readonly text: string } | { readonly value: number; readonly bytes: 1 | 4 };

const command = (kind: number, ...parts: readonly Part[]): Uint8Array => {
  const bytes = new Uint8Array(COMMAND_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  let at = 4;
  for (const part of parts) {
    if ('text' in part) {
      bytes.set(new TextEncoder().encode(part.text), at);
      at += NAME_BYTES;
    } else {
      if (part.bytes === 4) view.setUint32(at, part.value, true);
      else bytes[at] = part.value;
      at += part.bytes;
    }
  }
  return bytes;
};

const word = (value: number): Part => ({ value, bytes: 4 });
const byte = (value: number): Part => ({ value, bytes: 1 });

/** The three files. */
export function acpiFiles(facts: AcpiFacts): [string, Uint8Array][] {
  const made = acpiTables(facts);
  const { tables } = made;
  const rsdp = rsdpOf(made);
  const linked = (file: string, { pointers, checksums }: Tables): Uint8Array[] => [
    ...pointers.map(({ at, bytes }) =>
      command(COMMAND.addPointer, { text: file }, { text: FILES.tables }, word(at), byte(bytes)),
    ),
    ...checksums.map(({ at, start, length }) =>
      command(COMMAND.addChecksum, { text: file }, word(at), word(start), word(length)),
    ),
  ];
  const commands = [
    command(COMMAND.allocate, { text: FILES.tables }, word(64), byte(ZONE.high)),
    command(COMMAND.allocate, { text: FILES.rsdp }, word(16), byte(ZONE.fseg)),
    ...linked(FILES.tables, tables),
    ...linked(FILES.rsdp, rsdp),
  ];
  const loader = new Uint8Array(commands.length * COMMAND_BYTES);
  for (const [index, one] of commands.entries()) loader.set(one, index * COMMAND_BYTES);
  return [
    [FILES.tables, tables.bytes],
    [FILES.rsdp, rsdp.bytes],
    [FILES.loader, loader],
  ];
}
