/** The encodings of SVM's instructions. @see AMD64 APM volume 3, chapter 4 */
import { describe, expect, it } from 'vitest';
import { decodeX86 } from '../../../../src/isa/x86_64/decode';
import { MODE } from '../../../../src/isa/x86_64/opcode-bytes';

const ROWS: readonly (readonly [string, readonly number[]])[] = [
  ['vmcall', [0x0f, 0x01, 0xc1]],
  ['vmrun', [0x0f, 0x01, 0xd8]],
  ['vmmcall', [0x0f, 0x01, 0xd9]],
  ['vmload', [0x0f, 0x01, 0xda]],
  ['vmsave', [0x0f, 0x01, 0xdb]],
  ['stgi', [0x0f, 0x01, 0xdc]],
  ['clgi', [0x0f, 0x01, 0xdd]],
  ['skinit', [0x0f, 0x01, 0xde]],
  ['invlpga', [0x0f, 0x01, 0xdf]],
  ['pause', [0xf3, 0x90]],
];

describe('a decoder', () => {
  it.each(ROWS)('knows %s in all modes', (name, bytes) => {
    for (const mode of Object.values(MODE)) {
      const found = decodeX86(Uint8Array.from([...bytes, 0x90]), mode);
      expect(found).not.toBe('short');
      if (typeof found !== 'object') throw new Error('not decoded');
      expect([found.form.mnemonic, found.length]).toEqual([name, bytes.length]);
    }
  });

  it('has the mask of rax by the address size', () => {
    const masks = Object.values(MODE).map((mode) =>
      [
        [0x0f, 0x01, 0xd8],
        [0x67, 0x0f, 0x01, 0xd8],
      ].map((bytes) => {
        const found = decodeX86(Uint8Array.from([...bytes, 0x90]), mode);
        return typeof found === 'object' ? found.fields.mask : undefined;
      }),
    );
    expect(masks).toEqual([
      [0, 1],
      [1, 2],
      [2, 1],
    ]);
  });
});
