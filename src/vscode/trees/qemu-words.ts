/** Understands the options with which a project starts QEMU, so that its machine can be had here. */
import type { DriveBus } from '../../base/device-words';

/** A disk that QEMU is given: a raw image and the bus it is on, in the words of launch.json. */
export interface QemuDisk {
  readonly path: string;
  readonly bus: DriveBus;
  readonly readonly?: boolean;
}

/** What QEMU is told of the machine. Paths are as written. */
export interface QemuMachine {
  readonly kernel?: string;
  /** A file; neither `none` nor `default`. */
  readonly bios?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly pflash0?: string;
  readonly pflash1?: string;
  readonly disks: readonly QemuDisk[];
  readonly harts?: number;
  /** As launch.json has it: `128M`. */
  readonly memory?: string;
}

type Options = ReadonlyMap<string, string>;

/** Splits `virtio-blk-device,drive=x0`: the first word has the name `''`. */
function options(text: string): Options {
  const parts = text.split(',').map((part) => {
    const [name = '', value] = part.split(/=(.*)/s);
    return value === undefined ? (['', name] as const) : ([name, value] as const);
  });
  return new Map(parts.reverse());
}

const isOn = (value: string | undefined): boolean => value === 'on' || value === 'true';

/** Reads the words of a command line, those before QEMU's name left out or not. Words with `$` in them say nothing. */
export function readQemuWords(words: readonly string[]): QemuMachine {
  const given = new Map<string, string[]>();
  for (const [index, word] of words.entries()) {
    const value = words[index + 1];
    if (!/^--?[a-z]/.test(word) || value === undefined || value.includes('$')) continue;
    const name = word.replace(/^-+/, '');
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  const all = (name: string): readonly string[] => given.get(name) ?? [];
  const last = (name: string): string | undefined => all(name).at(-1);
  const file = (name: string): string | undefined => {
    const value = last(name);
    return value === 'none' || value === 'default' ? undefined : value;
  };
  const drives = all('drive').map(options);
  const devices = all('device').map(options);
  const loaded = devices.find((device) => device.get('') === 'loader')?.get('file');
  const isModern = all('global').some((text) => /^virtio-mmio\.force-legacy=(false|off)$/.test(text));
  const flash = (unit: string): string | undefined =>
    drives.find((drive) => drive.get('if') === 'pflash' && (drive.get('unit') ?? '0') === unit)?.get('file');
  return present({
    kernel: last('kernel') ?? loaded,
    bios: file('bios'),
    initrd: last('initrd'),
    append: last('append'),
    pflash0: flash('0') ?? last('pflash'),
    pflash1: flash('1'),
    disks: disksOf(drives, devices, isModern),
    harts: number(last('smp')),
    memory: memory(last('m')),
  });
}

/** The disks in the order of their devices, which is the order in which a guest finds them. */
function disksOf(drives: readonly Options[], devices: readonly Options[], isModern: boolean): QemuDisk[] {
  const disk = (drive: Options, bus: DriveBus): QemuDisk[] => {
    const path = drive.get('file');
    if (path === undefined) return [];
    const isReadOnly = isOn(drive.get('readonly')) || isOn(drive.get('read-only'));
    return [{ path, bus, ...(isReadOnly && { readonly: true }) }];
  };
  const attached = devices.flatMap((device) => {
    const kind = /^virtio-blk(-device|-pci)?/.exec(device.get('') ?? '');
    const drive = drives.find((each) => each.get('id') !== undefined && each.get('id') === device.get('drive'));
    if (!kind || !drive) return [];
    const mmio = isModern ? 'virtio-mmio' : 'virtio-mmio-legacy';
    return disk(drive, kind[1] === '-device' ? mmio : 'virtio-pci');
  });
  const direct = drives.filter((drive) => drive.get('if') === 'virtio').flatMap((drive) => disk(drive, 'virtio-pci'));
  return [...attached, ...direct];
}

function number(text: string | undefined): number | undefined {
  const digits = /^(?:cpus=)?(\d+)(?:,|$)/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** QEMU counts in MiB where no unit is given. */
function memory(text: string | undefined): string | undefined {
  const [, digits, unit] = /^(?:size=)?(\d+)([KMG])?B?(?:,|$)/i.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : `${digits}${unit?.toUpperCase() ?? 'M'}`;
}

/** Without the keys that are `undefined`. */
const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;

/** Splits a command line as a shell does: blanks, both kinds of quotes, backslashes. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  const token = /\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+)/gy;
  for (let match = token.exec(line); match !== null; match = token.exec(line)) {
    const word = (match[1] ?? '').replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
      double === undefined ? (single ?? escaped) : double.replace(/\\(.)/g, '$1'),
    );
    words.push(word);
  }
  return words;
}
