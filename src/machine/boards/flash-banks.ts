/** The two flash banks that every board has. */
import { Cfi01 } from '../../devices/flash/cfi01';
import type { Bus } from '../bus';
import type { BoardFiles } from './board';
import type { Contexts } from './device-host';

export type FlashBanks = readonly [Cfi01, Cfi01];

/** Both banks with their contents. @param form bytes of a bank and of what is erased at once */
export const flashBanks = (
  contexts: Contexts,
  { unitSize: size, blockSize }: { readonly unitSize: number; readonly blockSize: number },
  { pflash0, pflash1 }: BoardFiles,
): FlashBanks => {
  const bank = (id: string, image: Uint8Array | undefined): Cfi01 =>
    new Cfi01(
      id,
      contexts(id, () => {}),
      { size, blockSize, image },
    );
  return [bank('flash0', pflash0), bank('flash1', pflash1)];
};

/** What is in the banks at a physical address; `undefined` where it is not all in one of them. */
export const flashArray = (bus: Bus, banks: FlashBanks, pa: number, length: number): Uint8Array | undefined => {
  const window = bus.find(pa);
  const flash = banks.find((bank) => bank === window?.device);
  if (!flash || !window || pa + length > window.base + window.size) return undefined;
  return flash.bytes(pa - window.base, length);
};
