/** What `--disk` and `--device` are given: a word, then options behind commas. */
import { nearest } from '../../base/nearest';
import { DRIVE_BUSES, type DriveBus } from '../../machine/boards/board';
import { UsageError } from './command';

/** The device's word, and its options by name; one without a value has the value `''`. */
export interface DeviceWords {
  readonly word: string;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Splits `WORD[,NAME=VALUE][,SWITCH]`. Commas may be in the word (a file's name): only what looks like an option is one.
 * Throws a {@link UsageError} for options that are not among `known`.
 */
export function deviceWords(option: string, text: string, known: readonly string[]): DeviceWords {
  const switches = known.filter((name) => !name.includes('=')).join('|') || '(?!)';
  const [word = '', ...rest] = text.split(new RegExp(`,(?=(?:${switches})(?:,|$)|[a-z]+=)`));
  const values = new Map<string, string>();
  for (const part of rest) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    if (!known.some((one) => one.replace('=', '') === name)) {
      const list = known.map((one) => `,${one.replace('=', '=…')}`).join(' and ');
      throw new UsageError(`${option}: there is no option "${name}" for ${word}. It may be followed by ${list}.`);
    }
    values.set(name, value);
  }
  return { word, values };
}

/** The bus that was asked for; PCI by default. */
export function busOf(option: string, { values }: DeviceWords): DriveBus {
  const value = values.get('bus') ?? 'virtio-pci';
  const found = DRIVE_BUSES.find((bus) => bus === value);
  if (found) return found;
  const near = nearest(value, DRIVE_BUSES);
  const next = near === undefined ? `There is: ${DRIVE_BUSES.join(', ')}.` : `Did you mean ${near}?`;
  throw new UsageError(`${option}: there is no bus "${value}". ${next}`);
}
