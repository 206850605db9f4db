/** What a firmware would have set up before a kernel starts: without one, the machine does it. Values are those that SeaBIOS leaves. */
import { COMMAND, HEADER } from '../../../devices/pci/configuration';
import type { PciHost } from '../../../devices/pci/host';
import { LPC, LPC_SLOT } from '../../../devices/pci/ich9-lpc';
import { PCIEXBAR } from '../../../devices/pci/q35';
import type { Bus } from '../../bus';
import { X86_64_Q35 } from './map';

type Width = 1 | 2 | 4;
type Write = readonly [at: number, width: Width, value: number];

const { map, ports, pciIsaInterrupts } = X86_64_Q35;

/** Both 8259s: vectors from 8 and from 0x70, and only some inputs open. */
const INTERRUPT_CONTROLLERS: readonly Write[] = [
  ...([0x11, 0x08, 0x04, 0x01, 0xb8] as const).map(
    (value, index): Write => [ports.pic0 + Math.min(index, 1), 1, value],
  ),
  ...([0x11, 0x70, 0x02, 0x01, 0x8e] as const).map(
    (value, index): Write => [ports.pic1 + Math.min(index, 1), 1, value],
  ),
  // PCI's interrupts are levels.
  [ports.elcr + 1, 1, pciIsaInterrupts.reduce((all, input) => all | (1 << (input - 8)), 0)],
];

/** Counter 0 runs at its slowest, 18.2 Hz. */
const TIMER: readonly Write[] = [
  [ports.pit0 + 3, 1, 0x34],
  [ports.pit0, 1, 0],
  [ports.pit0, 1, 0],
];

const ENABLED = 1;
const ACPI_ENABLED = 0x80;
/** Routing registers of PIRQE to PIRQH. */
const ROUTES = 0x68;

const LPC_WRITES: readonly Write[] = [
  [LPC.PMBASE, 4, ports.power | ENABLED],
  [LPC.ACPI_CNTL, 1, ACPI_ENABLED],
  ...pciIsaInterrupts.map((input, wire): Write => [ROUTES + wire, 1, input]),
];

const SLOT_BYTES = 0x8000;

/** Where memory BARs go, from the top down, so that each is at a multiple of its size. */
const assignBars = (pcie: PciHost): void => {
  let next = map.pciMemory.base + map.pciMemory.size;
  for (const { number, identity } of pcie.plugged) {
    const base = number * SLOT_BYTES;
    for (const bar of identity.bars) {
      next = Math.floor((next - bar.size) / bar.size) * bar.size;
      pcie.write(base + HEADER.bar0 + 4 * bar.index, 4, next);
      if (bar.is64) pcie.write(base + HEADER.bar0 + 4 * bar.index + 4, 4, 0);
    }
    if (identity.bars.length > 0) pcie.write(base + HEADER.command, 2, COMMAND.io | COMMAND.memory | COMMAND.busMaster);
    if (identity.interruptPin === 0) continue;
    const wire = (number + identity.interruptPin - 1) % pciIsaInterrupts.length;
    pcie.write(base + HEADER.interruptLine, 1, pciIsaInterrupts[wire] ?? 0);
  }
};

/** Sets the chip set up, and gives every function its addresses. */
export function setUpAsFirmware(io: Bus, pcie: PciHost): void {
  // The timer's output goes high with its mode, which the 8259s shall not take for a request.
  for (const [port, width, value] of [...TIMER, ...INTERRUPT_CONTROLLERS]) io.write(port, width, value);
  pcie.write(PCIEXBAR, 4, map.ecam.base | ENABLED);
  for (const [register, width, value] of LPC_WRITES) pcie.write(LPC_SLOT * SLOT_BYTES + register, width, value);
  assignBars(pcie);
}
