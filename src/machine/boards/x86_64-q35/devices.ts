/** The devices of `x86_64-q35`, wired to each other and mapped in memory and I/O space. The address map is in map.ts. */

import { PostCode } from '../../../devices/chip/post-code';
import type { Device, DeviceContext } from '../../../devices/device';
import { FwCfg } from '../../../devices/firmware/fw-cfg';
import { I8042, I8042_PIECES } from '../../../devices/input/i8042';
import { I8259, I8259_PIECES } from '../../../devices/intc/i8259';
import { IoApic } from '../../../devices/intc/ioapic';
import { type ApicSignals, LocalApics } from '../../../devices/intc/local-apic';
import { PciHost, PciWindow } from '../../../devices/pci/host';
import { Ich9Lpc, LPC_SLOT } from '../../../devices/pci/ich9-lpc';
import { PciPorts } from '../../../devices/pci/ports';
import { Q35_HOST_BRIDGE } from '../../../devices/pci/q35';
import { ICH9_PM_PIECES, Ich9Pm } from '../../../devices/power/ich9-pm';
import { IsaDebugExit } from '../../../devices/power/isa-debug-exit';
import { Port92 } from '../../../devices/power/port92';
import { Mc146818, memoryBytes } from '../../../devices/rtc/mc146818';
import { Hpet } from '../../../devices/timer/hpet';
import { I8254, I8254_PIECES } from '../../../devices/timer/i8254';
import { Debugcon } from '../../../devices/uart/debugcon';
import { Ns16550 } from '../../../devices/uart/ns16550';
import { VGA_PIECES, VgaText } from '../../../devices/video/vga-text';
import { VirtioPci } from '../../../devices/virtio/pci';
import { DeviceWindow } from '../../../devices/window';
import { acpiFiles } from '../../boot/acpi/loader';
import { memoryMapBytes } from '../../boot/memory-map';
import { smbiosFiles } from '../../boot/smbios';
import { Bus } from '../../bus';
import type { BoardFiles } from '../board';
import { contextsOf, type DeviceHost } from '../device-host';
import { type FlashBanks, flashBanks } from '../flash-banks';
import { attachments, consoleOf } from '../virtio-attachments';
import { X86_64_Q35 } from './map';
import { acpiFacts, firmwareMap, lowEnd } from './memory';

/** What the board needs of the machine and of its processors. */
export interface Q35Host extends DeviceHost, Omit<ApicSignals, 'externalVector' | 'endOfInterrupt'> {
  /** Drives INTR of a processor. */
  interrupt(processor: number, level: boolean): void;
  /** Address line 20 is passed on, or held low. */
  setA20(isOpen: boolean): void;
}

export interface Q35Options extends BoardFiles {
  readonly processors: number;
  /** Bytes of RAM. */
  readonly memory: number;
}

/** The board's devices, wired to each other and mapped. */
export interface Q35Devices {
  readonly bus: Bus;
  readonly ports: Bus;
  readonly devices: readonly Device[];
  readonly console: Pick<Device, 'input'>;
  readonly apics: LocalApics;
  readonly pcie: PciHost;
  readonly flash: FlashBanks;
}

/** Bytes of a 16550's registers. */
const UART_PORTS = 8;
/** Where the I/O APIC has the interval timer, line 0 of the ISA bus. Line 2 connects the 8259s. */
const TIMER_INPUT = 2;
const ISA_INPUTS = 16;
/** The first of the LPC bridge's wires that slots are connected to: PIRQE. */
const FIRST_PIRQ = 4;

/** Builds the devices of a board with `options.processors` processors. */
export function buildQ35(host: Q35Host, options: Q35Options): Q35Devices {
  const { map, ports: at, interrupts, flash } = X86_64_Q35;
  const { processors, memory } = options;
  const context = contextsOf(host);

  /** A line of the ISA bus, at the 8259s and at the I/O APIC; higher inputs only the latter has. */
  const setInput = (input: number, level: boolean): void => {
    ioapic.setLine(input === interrupts.timer ? TIMER_INPUT : input, level);
    if (input < ISA_INPUTS && input !== TIMER_INPUT) pic.setLine(input, level);
  };
  const toInput =
    (input: number): DeviceContext['irq'] =>
    (level) =>
      setInput(input, level);

  const pic = new I8259(
    'pic0',
    context('pic0', (level) => apics.setExternal(level)),
  );
  const ioapic = new IoApic('ioapic0', (message) => apics.deliver(message));
  const apics = new LocalApics(
    'lapic0',
    context('lapic0', (level, processor = 0) => host.interrupt(processor, level)),
    processors,
    {
      nmi: (processor) => host.nmi(processor),
      init: (processor) => host.init(processor),
      holdsInit: (processor) => host.holdsInit(processor),
      startup: (processor, vector) => host.startup(processor, vector),
      apicBase: (processor) => host.apicBase(processor),
      externalVector: () => pic.acknowledge(),
      endOfInterrupt: (vector) => ioapic.endOfInterrupt(vector),
    },
  );
  const hpet = new Hpet(
    'hpet0',
    context('hpet0', (level, input = 0) => setInput(input, level)),
  );
  const pit = new I8254(
    'pit0',
    context('pit0', (level) => hpet.setLegacyLine(0, level)),
  );
  const rtc = new Mc146818(
    'rtc0',
    context('rtc0', (level) => hpet.setLegacyLine(1, level)),
    {
      start: X86_64_Q35.rtcStart,
      ram: memoryBytes(lowEnd(memory), memory - lowEnd(memory), processors),
    },
  );
  const a20 = new Port92(
    'port92',
    context('port92', () => {}),
    (isOpen) => host.setA20(isOpen),
  );
  const keyboard = new I8042(
    'i8042',
    context('i8042', (level, line) => setInput(line === 0 ? interrupts.keyboard : interrupts.mouse, level)),
    a20,
  );
  const power = new Ich9Pm('power', context('power', toInput(interrupts.power)));
  const vga = new VgaText(
    'vga0',
    context('vga0', () => {}),
  );
  const com1 = new Ns16550('com1', context('com1', toInput(interrupts.com1)));
  const banks = flashBanks(context, flash, options);

  const pcie = new PciHost(
    'ecam',
    context('ecam', (level, wire = 0) => lpc.setPirq(FIRST_PIRQ + wire, level)),
    host,
    map.ecam.size,
    Q35_HOST_BRIDGE,
  );
  const lpc = pcie.plug(
    (_irq, _memory, configuration) =>
      new Ich9Lpc(
        'lpc0',
        context('lpc0', (level, input = 0) =>
          input < ISA_INPUTS ? pic.setLine(input, level) : ioapic.setLine(input, level),
        ),
        configuration,
      ),
    LPC_SLOT,
  );
  const slots = attachments(options, (id, bytes) => host.output(id, bytes)).map(({ id, kind }) =>
    pcie.plug((irq, master) => new VirtioPci(id, kind, master, irq)),
  );
  const fwCfg = new FwCfg('fwcfg0', host, {
    processors,
    memory: BigInt(memory),
    files: new Map([
      ...acpiFiles(acpiFacts(processors, memory)),
      ...smbiosFiles(X86_64_Q35.id),
      ['etc/e820', memoryMapBytes(firmwareMap(memory), 'e820')],
      ['bootorder', new Uint8Array()],
    ]),
    form: 'ports',
  });

  const bus = new Bus(true);
  const ports = new Bus(true);
  type Piece = { readonly first: number; readonly size: number };
  const window = (id: string, device: Device, { first, size }: Piece): DeviceWindow =>
    new DeviceWindow(id, device, first, size);
  for (const [device, base] of [
    [window('vga0Memory', vga, VGA_PIECES.memory), map.vga0.base],
    [pcie, map.ecam.base],
    [new PciWindow('pciMemory', pcie, map.pciMemory.size, map.pciMemory.base), map.pciMemory.base],
    [ioapic, map.ioapic0.base],
    [hpet, map.hpet0.base],
    [apics, map.lapic0.base],
    [banks[1], map.flash1.base],
    [banks[0], map.flash0.base],
    [new PciWindow('pciMemory64', pcie, map.pciMemory64.size, map.pciMemory64.base), map.pciMemory64.base],
  ] as const) {
    bus.map(device, base);
  }
  const elcr = { first: I8259_PIECES.elcr, size: I8259_PIECES.size };
  for (const [device, port] of [
    [window('pic0First', pic, { first: I8259_PIECES.first, size: I8259_PIECES.size }), at.pic0],
    [window('pit0Counters', pit, I8254_PIECES.counters), at.pit0],
    [window('keyboardData', keyboard, I8042_PIECES.data), at.keyboardData],
    [window('pit0PortB', pit, I8254_PIECES.portB), at.portB],
    [window('keyboardStatus', keyboard, I8042_PIECES.status), at.keyboardStatus],
    [rtc, at.rtc0],
    [new PostCode('post0'), at.post0],
    [a20, at.port92],
    [window('pic0Second', pic, { first: I8259_PIECES.second, size: I8259_PIECES.size }), at.pic1],
    [window('powerCommand', power, ICH9_PM_PIECES.apm), at.acpiCommand],
    [
      new Debugcon(
        'debug0',
        context('debug0', () => {}),
      ),
      at.bochsConsole,
    ],
    [
      new IsaDebugExit(
        'exit0',
        context('exit0', () => {}),
      ),
      at.debugExit,
    ],
    [window('vga0Ports', vga, VGA_PIECES.ports), at.vga0],
    [window('com1Ports', com1, { first: 0, size: UART_PORTS }), at.com1],
    [
      new Debugcon(
        'debug1',
        context('debug1', () => {}),
      ),
      at.seabiosConsole,
    ],
    [window('pic0Elcr', pic, elcr), at.elcr],
    [fwCfg, at.fwcfg0],
    [window('powerRegisters', power, ICH9_PM_PIECES.pm), at.power],
    [
      new PciPorts(
        'pciPorts',
        context('pciPorts', () => {}),
        pcie,
      ),
      at.pci,
    ],
  ] as const) {
    ports.map(device, port);
  }
  const mapped = [...bus.all, ...ports.all].map(({ device }) => device);
  return {
    bus,
    ports,
    // Windows have no state of their own; what they are windows of has.
    devices: [
      ...mapped.filter((device) => !(device instanceof DeviceWindow)),
      ...[pic, pit, keyboard, power, vga, com1, lpc],
      ...slots,
    ],
    console: consoleOf(slots, com1),
    apics,
    pcie,
    flash: banks,
  };
}
