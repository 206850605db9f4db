/** The board in ACPI's machine language: how to switch off, the PCI bus with its windows and interrupts, processors, old devices. */
import type { AcpiFacts } from './acpi';
import {
  type Aml,
  argument,
  device,
  eisaId,
  integer,
  irq,
  memory,
  method,
  name,
  packageOf,
  path,
  ports,
  resources,
  returned,
  scope,
  store,
  text,
  when,
  window,
} from './aml';

const SLOTS = 32;
const PINS = 4;
/** In a PCI address of `_PRT`: all functions. */
const ALL_FUNCTIONS = 0xffff;

/** Which interrupt each pin of each slot raises. */
const routes = (called: string, interrupt: (wire: number) => number): Aml =>
  name(
    called,
    packageOf(
      ...Array.from({ length: SLOTS * PINS }, (_, index) => {
        const [slot, pin] = [Math.floor(index / PINS), index % PINS];
        const address = slot * 2 ** 16 + ALL_FUNCTIONS;
        return packageOf(integer(address), integer(pin), integer(0), integer(interrupt((slot + pin) % PINS)));
      }),
    ),
  );

const isa = (called: string, id: string, ...descriptors: readonly (readonly number[])[]): Aml =>
  device(called, name('_HID', eisaId(id)), name('_CRS', resources(...descriptors)));

/** The body of the DSDT. */
export function dsdtBody({ processors, pci, sleepType, legacy }: AcpiFacts): Uint8Array {
  const windows = [
    window('bus', 16, 0, 0xff),
    ports(0xcf8, 8),
    window('io', 16, 0, 0xcf7),
    window('io', 16, 0xd00, 0xffff),
    window('cacheable', 32, 0xa_0000, 0xb_ffff),
    ...pci.windows.map(({ base, size }) => window('memory', base < 2 ** 32 ? 32 : 64, base, base + size - 1)),
  ];
  const root = device(
    'PCI0',
    name('_HID', eisaId('PNP0A08')),
    name('_CID', eisaId('PNP0A03')),
    name('_ADR', integer(0)),
    name('_UID', integer(0)),
    name('_CRS', resources(...windows)),
    // Which of both is asked for: until the kernel says otherwise, the old controllers' numbers.
    method('_PRT', 0, when(path('PICF'), returned(path('PRTA'))), returned(path('PRTP'))),
    routes('PRTA', (wire) => pci.firstInterrupt + wire),
    routes('PRTP', (wire) => pci.isaInterrupts[wire] ?? 0),
    device(
      'ISA_',
      name('_ADR', integer(0x1f_0000)),
      isa('COM1', 'PNP0501', ports(0x3f8, 8), irq(legacy.serial)),
      isa('RTC_', 'PNP0B00', ports(0x70, 2), irq(legacy.clock)),
      isa('KBD_', 'PNP0303', ports(0x60, 1), ports(0x64, 1), irq(legacy.keyboard)),
    ),
  );
  const reserved = device(
    'MRES',
    name('_HID', eisaId('PNP0C02')),
    name('_UID', integer(1)),
    name('_CRS', resources(memory(pci.ecam.base, pci.ecam.size))),
  );
  const cpus = Array.from({ length: processors }, (_, index) =>
    device(
      `C${index.toString(16).toUpperCase().padStart(3, '0')}`,
      name('_HID', text('ACPI0007')),
      name('_UID', integer(index)),
    ),
  );
  return Uint8Array.from([
    ...name('PICF', integer(0)),
    ...method('_PIC', 1, store(argument(0), 'PICF')),
    ...name('_S5_', packageOf(integer(sleepType), integer(sleepType), integer(0), integer(0))),
    ...scope('\\_SB', root, reserved, ...cpus),
  ]);
}
