/** Where files lie in the guest's memory, as the command line and launch.json say it. */
import { DeviceWordsError } from './device-words';
import { t } from './l10n';
import { ADDRESS, addressOf } from './schema';

/** What one text says. */
export interface LoadWords {
  /** The file; without one it is the kernel that is meant. */
  readonly path?: string;
  /** Physical address of its first byte; an ELF file says itself where it lies. */
  readonly at?: number;
}

/** Physical addresses have fewer bits on every board. */
const MOST = 1n << 52n;

/** Reads `0x80000000`, `FILE@0x80000000`, or `FILE` for an ELF file. @throws DeviceWordsError */
export function loadWords(text: string): LoadWords {
  const [, path, address] = /^(?:(.*)@)?(0x[0-9a-fA-F_]*)$/.exec(text) ?? [];
  if (address === undefined) {
    if (text.trim() === '') throw new DeviceWordsError(t`there is no address. Write 0x80000000, or FILE@0x80000000.`);
    return { path: text };
  }
  const at = physicalAddress(address);
  if (path === '') throw new DeviceWordsError(t`there is no file before the address. Write FILE@${address}.`);
  return path === undefined ? { at } : { path, at };
}

/** The physical address that a text says. @throws DeviceWordsError */
export function physicalAddress(text: string): number {
  const address = new RegExp(ADDRESS.pattern).test(text) ? addressOf(text) : MOST;
  if (address < MOST) return Number(address);
  throw new DeviceWordsError(t`"${text}" is no physical address. Write one such as 0x80000000.`);
}

/** The same text with `change` applied to the file that it names. */
export function withLoadedFile(text: string, change: (path: string) => string): string {
  const [, path = text, address = ''] = /^(.+)(@0x[0-9a-fA-F_]*)$/.exec(text) ?? [];
  return /^0x[0-9a-fA-F_]*$/.test(text) ? text : `${change(path)}${address}`;
}
