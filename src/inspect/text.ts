/** How numbers read in rows. */

import { hex } from '../base/address';
import { t } from '../base/l10n';

/** All 16 digits, so that addresses of a list line up. */
export const address = (value: bigint): string => hex(BigInt.asUintN(64, value), 16);

/** `5,812,345`. */
export const grouped = (value: bigint | number): string => value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');

const UNITS = [
  ['TiB', 40n],
  ['GiB', 30n],
  ['MiB', 20n],
  ['KiB', 10n],
] as const;

/** `32 MiB`, in the largest unit that leaves no fraction; `200 bytes` below. */
export const sizeText = (bytes: bigint | number): string => {
  const value = BigInt(bytes);
  for (const [unit, shift] of UNITS) {
    if (value >> shift > 0n && value === (value >> shift) << shift) return `${grouped(value >> shift)} ${unit}`;
  }
  return value === 1n ? t`1 byte` : t`${grouped(value)} bytes`;
};

/** What is counted: one, and several; translated where it is shown. */
export const NOUNS = {
  change: ['{0} change', '{0} changes'],
  device: ['{0} device', '{0} devices'],
  entry: ['{0} entry', '{0} entries'],
  instruction: ['{0} instruction', '{0} instructions'],
  local: ['{0} local', '{0} locals'],
  'new root': ['{0} new root', '{0} new roots'],
  page: ['{0} page', '{0} pages'],
  range: ['{0} range', '{0} ranges'],
  register: ['{0} register', '{0} registers'],
  root: ['{0} root', '{0} roots'],
  slot: ['{0} slot', '{0} slots'],
  static: ['{0} static', '{0} statics'],
  trap: ['{0} trap', '{0} traps'],
  'valid entry': ['{0} valid entry', '{0} valid entries'],
  'VM entry': ['{0} VM entry', '{0} VM entries'],
  'VM exit': ['{0} VM exit', '{0} VM exits'],
} as const;
export type Noun = keyof typeof NOUNS;

/** `1 range`, `3 ranges`. */
export const counted = (count: number | bigint, noun: Noun): string =>
  t(NOUNS[noun][BigInt(count) === 1n ? 0 : 1], grouped(count));

/** The last segment of a path. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
