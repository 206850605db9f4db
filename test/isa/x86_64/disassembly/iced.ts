/** iced-x86, the oracle of decoding and of texts, set to print as we do. It is typed by what is used of it. */
import { createRequire } from 'node:module';

interface IcedInstruction {
  readonly code: number;
  readonly length: number;
  readonly mnemonic: number;
  cpuidFeatures(): Int32Array;
  free(): void;
}
interface IcedDecoder {
  ip: bigint;
  decode(): IcedInstruction;
  free(): void;
}
interface IcedFormatter {
  format(instruction: IcedInstruction): string;
  [option: string]: unknown;
}
interface Iced {
  readonly Decoder: new (bits: number, bytes: Uint8Array, options: number) => IcedDecoder;
  readonly Formatter: new (syntax: number) => IcedFormatter;
  readonly DecoderOptions: { readonly AMD: number };
  readonly FormatterSyntax: { readonly Intel: number; readonly Gas: number };
  readonly MemorySizeOptions: { readonly Always: number };
}

const iced = createRequire(import.meta.url)('iced-x86') as Iced;

const formatter = (syntax: number, options: Readonly<Record<string, unknown>>): IcedFormatter =>
  Object.assign(new iced.Formatter(syntax), {
    hexPrefix: '0x',
    hexSuffix: '',
    uppercaseHex: false,
    smallHexNumbersInDecimal: false,
    spaceAfterOperandSeparator: true,
    spaceBetweenMemoryAddOperators: true,
    memorySizeOptions: iced.MemorySizeOptions.Always,
    branchLeadingZeros: false,
    showBranchSize: false,
    ripRelativeAddresses: true,
    ...options,
  });
const FORMATTERS = {
  intel: formatter(iced.FormatterSyntax.Intel, { scaleBeforeIndex: true }),
  att: formatter(iced.FormatterSyntax.Gas, { alwaysShowScale: true }),
};

/** What iced makes of bytes: length 0 where they are no instruction. */
export interface IcedText {
  readonly length: number;
  readonly intel: string;
  readonly att: string;
}

/** @param mode ours: 0 for 64-bit code, 1 for 32-bit, 2 for 16-bit */
export const icedText = (bytes: Uint8Array, address: bigint, mode: number): IcedText => {
  const decoder = new iced.Decoder([64, 32, 16][mode] ?? 64, bytes, iced.DecoderOptions.AMD);
  decoder.ip = address;
  const instruction = decoder.decode();
  const isNone = instruction.code === 0;
  const text = isNone
    ? { length: 0, intel: '', att: '' }
    : {
        length: instruction.length,
        intel: FORMATTERS.intel.format(instruction),
        att: FORMATTERS.att.format(instruction),
      };
  instruction.free();
  decoder.free();
  return text;
};
