/** Devices as the command line names them: a word, then options behind commas. Files that name devices take it, too. */
import { t } from './l10n';
import { nearest } from './nearest';
import { bytesOf } from './size';

/** Where a disk or another virtio device can be attached. Boards may refuse what they do not have. */
export const DRIVE_BUSES = ['virtio-pci', 'virtio-mmio', 'virtio-mmio-legacy'] as const;
export type DriveBus = (typeof DRIVE_BUSES)[number];

/** A mistake in the words of a device: a sentence without the place where they stand. */
export class DeviceWordsError extends Error {}

/** The device's word, and its options by name; one without a value has the value `''`. */
export interface DeviceWords {
  readonly word: string;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Splits `WORD[,NAME=VALUE][,SWITCH]`. Commas may be in the word (a file's name): only what looks like an option is one.
 * @throws DeviceWordsError for options that are not among `known`
 */
export function deviceWords(text: string, known: readonly string[]): DeviceWords {
  const switches = known.filter((name) => !name.includes('=')).join('|') || '(?!)';
  const [word = '', ...rest] = text.split(new RegExp(`,(?=(?:${switches})(?:,|$)|[a-z]+=)`));
  const values = new Map<string, string>();
  for (const part of rest) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    if (!known.some((one) => one.replace('=', '') === name)) {
      const list = known.map((one) => `,${one.replace('=', '=…')}`).join(t` and `);
      throw new DeviceWordsError(t`there is no option "${name}" for ${word}. It may be followed by ${list}.`);
    }
    values.set(name, value);
  }
  return { word, values };
}

/** The bus of that name; PCI without one. @throws DeviceWordsError */
export function busOf(value: string = 'virtio-pci'): DriveBus {
  const found = DRIVE_BUSES.find((bus) => bus === value);
  if (found) return found;
  const near = nearest(value, DRIVE_BUSES);
  const next = near === undefined ? t`There is: ${DRIVE_BUSES.join(', ')}.` : t`Did you mean ${near}?`;
  throw new DeviceWordsError(t`there is no bus "${value}". ${next}`);
}

/** A disk as a user describes it. */
export interface DiskWords {
  /** The image; without one the disk holds zeros. */
  readonly path?: string;
  readonly bus: DriveBus;
  readonly isReadOnly: boolean;
  /** Bytes of the disk, when they are not the file's: what the file does not fill reads as zeros. */
  readonly size?: number;
}

/** Reads `FILE[,bus=BUS][,readonly][,size=SIZE]`; a scratch disk has no file: `,size=64M`. @throws DeviceWordsError */
export function diskWords(text: string): DiskWords {
  const { word, values } = deviceWords(text, ['bus=', 'readonly', 'size=']);
  const size = values.get('size');
  if (word === '' && size === undefined)
    throw new DeviceWordsError(t`"${text}" names no file. Name one, or give a scratch disk its size, such as 64M.`);
  return diskOf({
    path: word === '' ? undefined : word,
    bus: values.get('bus'),
    readonly: values.has('readonly'),
    ...(size !== undefined && { size }),
  });
}

/** The same from the fields of an object. @throws DeviceWordsError */
export function diskOf(fields: {
  readonly path?: string;
  readonly bus?: string;
  readonly readonly?: boolean;
  readonly size?: string | number;
}): DiskWords {
  const { path, size } = fields;
  if ((path ?? '').trim() === '' && size === undefined) {
    throw new DeviceWordsError(t`it names no file. Name one, or give a scratch disk its size, such as 64M.`);
  }
  const bytes = size === undefined ? undefined : bytesOf(size);
  if (size !== undefined && bytes === undefined) {
    throw new DeviceWordsError(t`the size "${size}" is no number of bytes. Write it as 64M or 1G.`);
  }
  return {
    ...(path !== undefined && { path }),
    bus: busOf(fields.bus),
    isReadOnly: fields.readonly ?? false,
    ...(bytes !== undefined && { size: bytes }),
  };
}

/** The words of a disk with another file in place of its own; their options stay. */
export function withPath(text: string, replace: (path: string) => string): string {
  const [path = ''] = text.split(/,(?=readonly(?:,|$)|[a-z]+=)/);
  return path === '' ? text : replace(path) + text.slice(path.length);
}
