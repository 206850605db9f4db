/** The virtio devices that a user asks for, in the order in which a board gives them places. */
import type { DriveBus } from '../../base/device-words';
import type { Device } from '../../devices/device';
import { VirtioBlock } from '../../devices/virtio/block';
import { VirtioConsole } from '../../devices/virtio/console';
import { VirtioEntropy } from '../../devices/virtio/entropy';
import type { VirtioKind } from '../../devices/virtio/function';
import type { VirtioMmio } from '../../devices/virtio/mmio';
import type { VirtioPci } from '../../devices/virtio/pci';
import type { BoardFiles } from './board';

/** A virtio device and where it goes. */
export interface Attachment {
  readonly id: string;
  readonly bus: DriveBus;
  readonly kind: VirtioKind;
}

/** Disks first, then what else there is, each in the order given. */
export const attachments = (
  { drives = [], extras = [] }: BoardFiles,
  output: (id: string, bytes: Uint8Array) => void,
): readonly Attachment[] => [
  ...drives.map(({ bus, image, isReadOnly }, index) => ({
    id: `disk${index}`,
    bus,
    kind: new VirtioBlock({ image, isReadOnly }),
  })),
  ...extras.map((extra, index) => {
    const id = `${extra.kind}${index}`;
    const kind =
      extra.kind === 'entropy' ? new VirtioEntropy(extra.seed) : new VirtioConsole((bytes) => output(id, bytes));
    return { id, bus: extra.bus, kind };
  }),
];

/** Takes what is typed: a virtio console whose driver is up, the first such of `devices`, or else the UART. */
export const consoleOf = (
  devices: readonly (VirtioPci | VirtioMmio)[],
  uart: { input(bytes: Uint8Array): number },
): Pick<Device, 'input'> => {
  const consoles = devices.filter(({ virtio }) => virtio?.kind instanceof VirtioConsole);
  return { input: (bytes) => (consoles.find(({ virtio }) => virtio?.isLive) ?? uart).input(bytes) };
};
