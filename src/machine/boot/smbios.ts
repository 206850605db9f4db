/**
 * The least that firmware asks of a machine's SMBIOS tables: what the system is, and the end.
 * @see DMTF DSP0134 3.7, section 5.2.2 "SMBIOS 3.0 (64-bit) Entry Point", 7.2 "System Information (Type 1)", 7.45 "End-of-Table (Type 127)"
 */
const SYSTEM = { type: 1, length: 27, wakeUpAt: 24, powerSwitch: 6 } as const;
const END = { type: 127, length: 4 } as const;
const ENTRY = { length: 24, checksumAt: 5, sizeAt: 12 } as const;

/** A structure, then its strings; each ends with a zero byte, and so does the whole. */
const structure = (formatted: readonly number[], strings: readonly string[]): number[] => [
  ...formatted,
  ...new TextEncoder().encode(strings.length > 0 ? strings.map((text) => `${text}\0`).join('') : '\0'),
  0,
];

/** The files of fw_cfg with them, for a machine of that name. */
export function smbiosFiles(product: string): [string, Uint8Array][] {
  // Manufacturer and product are strings 1 and 2; version and serial number are not said, nor is the UUID.
  const system = [SYSTEM.type, SYSTEM.length, 0, 1, 1, 2, ...new Array<number>(SYSTEM.length - 6).fill(0)];
  system[SYSTEM.wakeUpAt] = SYSTEM.powerSwitch;
  const tables = Uint8Array.from([
    ...structure(system, ['Worldstep', product]),
    ...structure([END.type, END.length, 0xff, 0xfe], []),
  ]);
  const entry = new Uint8Array(ENTRY.length);
  entry.set(new TextEncoder().encode('_SM3_'));
  entry.set([0, ENTRY.length, 3, 7, 0, 1], ENTRY.checksumAt);
  new DataView(entry.buffer).setUint32(ENTRY.sizeAt, tables.length, true);
  entry[ENTRY.checksumAt] = -entry.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return [
    ['etc/smbios/smbios-anchor', entry],
    ['etc/smbios/smbios-tables', tables],
  ];
}
