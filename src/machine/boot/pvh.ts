/**
 * PVH: an ELF with a note that names its 32-bit entry, as Linux's vmlinux has it.
 * @see Xen, docs/misc/pvh.pandoc and public/arch-x86/hvm/start_info.h
 */
import { t } from '../../base/l10n';
import { isElf, readElf } from './elf-image';
import { LoadError } from './load-error';
import type { NamedFile } from './load-plan';
import { memoryMapBytes } from './memory-map';
import {
  type Area,
  commandLine,
  EM_386,
  FLAT_SELECTORS,
  HIGH_START,
  type PcSetting,
  type PcStart,
  placeArea,
  placeModule,
  rangeOf,
} from './pc-start';
import { placeElf } from './place';

/** XEN_ELFNOTE_PHYS32_ENTRY. */
const ENTRY_NOTE = 18;
const OWNER = 'Xen\0';
const MAGIC = 0x336e_c578;
const VERSION = 1;
const INFO_BYTES = 56;
const MODULE_BYTES = 32;

const padded = (length: number): number => (length + 3) & ~3;

/** The entry that a note names; `undefined` for a file without one. */
export function pvhEntry({ name, bytes }: NamedFile): number | undefined {
  if (!isElf(bytes)) return undefined;
  for (const notes of readElf(name, bytes, [], 'x86_64', EM_386).notes) {
    const view = new DataView(notes.buffer, notes.byteOffset, notes.length);
    for (let at = 0; at + 12 <= notes.length; ) {
      const [nameBytes, size, type] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true)) as [
        number,
        number,
        number,
      ];
      const contents = at + 12 + padded(nameBytes);
      const owner = new TextDecoder('latin1').decode(notes.subarray(at + 12, at + 12 + nameBytes));
      if (type === ENTRY_NOTE && owner === OWNER && size >= 4 && contents + 4 <= notes.length) {
        return view.getUint32(contents, true);
      }
      at = contents + padded(size);
    }
  }
  return undefined;
}

/** Plans the start of a kernel with such an entry. @throws LoadError */
export function startPvh(file: NamedFile, entry: number, setting: PcSetting): PcStart {
  const { space } = setting;
  const placed = placeElf(file, readElf(file.name, file.bytes, [], space.architecture, EM_386), space, HIGH_START);
  if (!placed.segments.some(({ pa, memsz }) => entry >= pa && entry < pa + memsz)) {
    throw new LoadError(
      file.name,
      t`the entry in its PVH note lies in none of its segments`,
      t`Give the note the physical address of the entry.`,
    );
  }
  const module = placeModule(placed.segments, setting);
  const program = [...placed.segments, ...(module ? [module] : [])];
  const { segment, result } = placeArea(t`the PVH start information`, [...setting.taken, ...program], setting, (area) =>
    startInfo(area, file, setting, module),
  );
  return {
    ...placed,
    format: 'pvh',
    entry,
    pc: BigInt(entry),
    segments: [...program, segment],
    mode: 'protected',
    selectors: FLAT_SELECTORS,
    registers: { rbx: BigInt(result) },
    ...(module && { initrd: rangeOf(module) }),
  };
}

/** Fills in the start information; gives its address. */
function startInfo(
  area: Area,
  file: NamedFile,
  setting: PcSetting,
  module: { readonly pa: number; readonly memsz: number } | undefined,
): number {
  const info = new Uint8Array(INFO_BYTES);
  const view = new DataView(info.buffer);
  const long = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  if (module) {
    const entry = new Uint8Array(MODULE_BYTES);
    const fields = new DataView(entry.buffer);
    fields.setBigUint64(0, BigInt(module.pa), true);
    fields.setBigUint64(8, BigInt(module.memsz), true);
    view.setUint32(12, 1, true);
    long(16, area.add(entry));
  }
  long(24, area.addText(commandLine(file, setting)));
  long(32, setting.rsdp.at);
  long(40, area.add(memoryMapBytes(setting.map, 'padded')));
  view.setUint32(48, setting.map.length, true);
  return area.add(info);
}
