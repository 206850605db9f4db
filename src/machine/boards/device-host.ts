/** What the devices of a board reach of the machine that the board sits in. */
import type { BusMaster, DeviceContext, PowerEvent } from '../../devices/device';
import type { BoardServices } from './board';

/** The machine, as a board's devices need it beside interrupt lines. */
export interface DeviceHost extends BusMaster {
  now(): bigint;
  /** As {@link DeviceContext.alarm}, for the device with id `device`. */
  alarm(device: string, tag: string, at: bigint | undefined): void;
  output(device: string, bytes: Uint8Array): void;
  power(event: PowerEvent): void;
  remark(text: string): void;
}

/** Of the machine's services; what devices print has one stream. */
export const deviceHost = (services: BoardServices): DeviceHost => ({
  now: () => services.now(),
  alarm: (device, tag, at) => services.alarm(device, tag, at),
  output: (_, bytes) => services.output(bytes),
  power: (event) => services.power(event),
  remark: (text) => services.remark(text),
  readMemory: (at, length) => services.readMemory(at, length),
  writeMemory: (at, bytes) => services.writePhysical(at, bytes),
});

/** Makes the context of a device with an id, whose interrupt outputs go to `irq`. */
export type Contexts = (id: string, irq: DeviceContext['irq']) => DeviceContext;

/** The contexts of a board's devices. */
export const contextsOf =
  (host: DeviceHost): Contexts =>
  (id, irq) => ({
    now: () => host.now(),
    irq,
    alarm: (tag, at) => host.alarm(id, tag, at),
    output: (bytes) => host.output(id, bytes),
    power: (event) => host.power(event),
    remark: (text) => host.remark(text),
  });
