/** Results of a real processor as lines of text. */
import type { NativeCase } from './cases';

/** What an instruction left: what is not named is as before. */
export interface NativeResult {
  /** Of the exception that it raised. */
  readonly vector: number | undefined;
  /** Where execution went on, bytes from the instruction. */
  readonly next: number;
  readonly flags: bigint;
  readonly registers: ReadonlyMap<number, bigint>;
  /** Offset into the data, and the byte that is there. */
  readonly memory: readonly (readonly [number, number])[];
}

const hex = (value: bigint | number): string => value.toString(16);
const registersText = (registers: ReadonlyMap<number, bigint>): string =>
  [...registers].map(([at, value]) => `${at}=${hex(value)}`).join(',');
const registersOf = (text: string): Map<number, bigint> =>
  new Map(
    text === ''
      ? []
      : text.split(',').map((part): [number, bigint] => {
          const [at = '', value = ''] = part.split('=');
          return [Number(at), BigInt(`0x${value}`)];
        }),
  );

/** `mode code seed registers; vector next flags registers memory` */
export const writeLine = ({ mode, code, seed, registers }: NativeCase, result: NativeResult): string => {
  const memory = result.memory.map(([at, byte]) => `${at}=${hex(byte)}`).join(',');
  const before = [mode, Buffer.from(code).toString('hex'), hex(seed), registersText(registers)];
  const after = [result.vector ?? '-', result.next, hex(result.flags), registersText(result.registers), memory];
  return `${before.join(' ')} ; ${after.join(' ')}`;
};

/** @throws Error when the line cannot be read */
export const readLine = (line: string): { readonly before: NativeCase; readonly after: NativeResult } => {
  const [
    mode = '',
    code = '',
    seed = '',
    registers = '',
    ,
    vector = '',
    next = '',
    flags = '',
    after = '',
    memory = '',
  ] = line.split(' ');
  return {
    before: {
      mode: mode === '1' ? 1 : 0,
      code: new Uint8Array(Buffer.from(code, 'hex')),
      seed: Number.parseInt(seed, 16),
      registers: registersOf(registers),
    },
    after: {
      vector: vector === '-' ? undefined : Number(vector),
      next: Number(next),
      flags: BigInt(`0x${flags}`),
      registers: registersOf(after),
      memory: [...registersOf(memory)].map(([at, byte]) => [at, Number(byte)]),
    },
  };
};
