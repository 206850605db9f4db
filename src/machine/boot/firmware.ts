/** Firmware in flash: which file it is, whether it starts the machine, and what of it can be executed. */
import { t } from '../../base/l10n';
import { sizeOf } from '../memory-size';
import { LoadError } from './load-error';
import type { BootInput, LoadPlan, NamedFile } from './load-plan';
import { alignUp, PAGE, type Placed } from './place';

/** The pages of a flash bank at `base` that its contents fill: code may be executed from them. */
export const flashCode = (file: NamedFile | undefined, base: number): LoadPlan['flashCode'] =>
  file && file.bytes.length > 0 ? { base, size: alignUp(file.bytes.length, PAGE) } : undefined;

/** @throws LoadError for contents that are larger than a bank */
export function checkFlash(file: NamedFile | undefined, size: number): void {
  if (file === undefined || file.bytes.length <= size) return;
  throw new LoadError(
    file.name,
    t`the flash image has ${sizeOf(file.bytes.length)}; a bank holds ${sizeOf(size)}`,
    t`Cut it.`,
  );
}

/** A start with nothing of the machine's own in memory, at the first instruction of a flash bank. */
export const fromFlash = (entry: number): Placed => ({ format: 'none', segments: [], entry, physicalOf: [] });

export const nothingToRun = (): LoadError =>
  new LoadError(t`the machine`, t`there is nothing to run`, t`Name a kernel, or pass --kernel or --bios with a file.`);

/**
 * The firmware of a board on which it is what the first flash bank has.
 * @param unitSize bytes of a bank
 * @throws LoadError where two files are to be in the bank, or one is larger than its bank
 */
export function flashFirmware({ bios, pflash0, pflash1 }: BootInput, unitSize: number): NamedFile | undefined {
  if (bios !== undefined && pflash0 !== undefined) {
    throw new LoadError(
      bios.name,
      t`the firmware is what is in the first flash bank`,
      t`Give one of --bios and --pflash0.`,
    );
  }
  for (const bank of [bios, pflash0, pflash1]) checkFlash(bank, unitSize);
  return bios ?? pflash0;
}

/** Whether such firmware starts the machine: what is only in flash leaves it to a kernel. */
export const startsFirmware = ({ bios, pflash0 }: BootInput, kernel: Placed | undefined): boolean =>
  bios !== undefined || (pflash0 !== undefined && !kernel);
