/** The tables by which firmware names the machine, read back as firmware reads them. */
import { expect, it } from 'vitest';
import { smbiosFiles } from '../../src/machine/boot/smbios';

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

it('an entry point with a checksum leads to a system and the end', () => {
  const files = new Map(smbiosFiles('board'));
  const entry = files.get('etc/smbios/smbios-anchor') ?? new Uint8Array();
  const tables = files.get('etc/smbios/smbios-tables') ?? new Uint8Array();
  expect(text(entry.subarray(0, 5))).toBe('_SM3_');
  expect(entry.length).toBe(entry[6]);
  expect(entry.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0);
  expect(new DataView(entry.buffer).getUint32(12, true)).toBe(tables.length);

  const structures: [type: number, length: number, strings: string[]][] = [];
  for (let at = 0; at < tables.length; ) {
    const [type = 0, length = 0] = tables.subarray(at);
    const strings: string[] = [];
    at += length;
    while (tables[at] !== 0) {
      const end = tables.indexOf(0, at);
      strings.push(text(tables.subarray(at, end)));
      at = end + 1;
    }
    at += strings.length > 0 ? 1 : 2;
    structures.push([type, length, strings]);
  }
  expect(structures).toEqual([
    [1, 27, ['Worldstep', 'board']],
    [127, 4, []],
  ]);
});
