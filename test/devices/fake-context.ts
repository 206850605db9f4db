/** A stand-in for the machine: records what a device asks for, and moves time by hand. */
import type { BusMaster, Device, DeviceContext, PowerEvent } from '../../src/devices/device';

/** Where a bus master finds no memory. */
export const NO_MEMORY: BusMaster = { readMemory: () => undefined, writeMemory: () => false };

export class FakeContext implements DeviceContext {
  time = 0n;
  readonly lines = new Map<number, boolean>();
  readonly alarms = new Map<string, bigint>();
  readonly sent: number[] = [];
  readonly powers: PowerEvent[] = [];

  now(): bigint {
    return this.time;
  }

  irq(level: boolean, line = 0): void {
    this.lines.set(line, level);
  }

  alarm(tag: string, at: bigint | undefined): void {
    if (at === undefined) this.alarms.delete(tag);
    else this.alarms.set(tag, at);
  }

  output(bytes: Uint8Array): void {
    this.sent.push(...bytes);
  }

  power(event: PowerEvent): void {
    this.powers.push(event);
  }

  readonly remarks: string[] = [];

  remark(text: string): void {
    this.remarks.push(text);
  }

  line(index = 0): boolean {
    return this.lines.get(index) ?? false;
  }

  get text(): string {
    return String.fromCharCode(...this.sent);
  }

  /** Lets `ns` pass, firing due alarms in order. */
  pass(device: Device, ns: bigint): void {
    const end = this.time + ns;
    for (;;) {
      const due = [...this.alarms].filter(([, at]) => at <= end).sort((a, b) => Number(a[1] - b[1]))[0];
      if (due === undefined) break;
      this.alarms.delete(due[0]);
      if (due[1] > this.time) this.time = due[1];
      device.fired?.(due[0]);
    }
    this.time = end;
  }
}
