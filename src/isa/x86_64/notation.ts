/** The manual's notation of opcodes, `REX.W + 01 /r`, `F3 0F B8 /r`, `VEX.LZ.0F38.W0 F2 /r`, parsed. @see AMD64 APM volume 3, 2.5.2 */

/** Opcode maps by their number in decoded keys. */
export const MAP = { one: 0, '0F': 1, '0F38': 2, '0F3A': 3 } as const;
export type OpcodeMap = (typeof MAP)[keyof typeof MAP];

/** Bytes that tell instructions of one opcode apart. */
export type MandatoryPrefix = 'none' | '66' | 'F3' | 'F2';

export interface Notation {
  readonly map: OpcodeMap;
  /** With `+r`, the first of eight. */
  readonly opcode: number;
  /** The low three bits of the opcode name a register. */
  readonly hasRegister: boolean;
  /** Absent: whatever there is means something else (`none` is written NP). */
  readonly prefix?: MandatoryPrefix;
  readonly hasModRm: boolean;
  /** ModRM.reg, where it is part of the opcode. */
  readonly digit?: number;
  /** The whole ModRM byte, where it is; with `+i`, the first of eight. */
  readonly modRm?: number;
  readonly isVex: boolean;
  readonly rexW?: 0 | 1;
  /** Bytes of the immediates in order: numbers, or `z` for 2 or 4 by operand size, `v` for 2, 4 or 8. */
  readonly immediates: readonly (1 | 2 | 4 | 8 | 'z' | 'v' | 'address')[];
}

const IMMEDIATES: Readonly<Record<string, Notation['immediates'][number]>> = {
  ib: 1,
  iw: 2,
  id: 4,
  iz: 'z',
  iv: 'v',
  cb: 1,
  cz: 'z',
  /** A far pointer's offset. */
  ip: 'z',
  /** An address without ModRM. */
  moffs: 'address',
};

/** @throws Error when it cannot be read: a mistake of ours. */
export const parseNotation = (text: string): Notation => {
  const tokens = text.split(/\s+/).filter((token) => token !== '+');
  let prefix: MandatoryPrefix | undefined;
  let rexW: 0 | 1 | undefined;
  let isVex = false;
  let map: OpcodeMap = MAP.one;
  let opcode: number | undefined;
  let modRm: number | undefined;
  let digit: number | undefined;
  let [hasModRm, hasRegister] = [false, false];
  const immediates: Notation['immediates'][number][] = [];
  const isPrefix = (token: string): token is MandatoryPrefix => /^(66|F3|F2)$/.test(token);
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1] ?? '';
    const immediate = IMMEDIATES[token];
    if (token === 'NP') prefix = 'none';
    else if (token === 'REX.W') rexW = 1;
    else if (token === 'W0') rexW = 0;
    else if (token.startsWith('VEX.')) {
      isVex = true;
      for (const part of token.split('.').slice(1)) {
        if (part === 'LZ') continue;
        if (part in MAP) map = MAP[part as keyof typeof MAP];
        else if (isPrefix(part)) prefix = part;
        else if (part === 'W0' || part === 'W1') rexW = part === 'W1' ? 1 : 0;
        else throw new Error(`${text}: what is ${part}?`);
      }
      prefix ??= 'none';
    } else if (opcode === undefined && map === MAP.one && isPrefix(token)) prefix = token;
    else if (opcode === undefined && token === '0F' && map === MAP.one) map = MAP['0F'];
    else if (opcode === undefined && map === MAP['0F'] && token === '38' && next !== '') map = MAP['0F38'];
    else if (opcode === undefined && map === MAP['0F'] && token === '3A' && next !== '') map = MAP['0F3A'];
    else if (/^\/[0-7]$/.test(token)) [hasModRm, digit] = [true, Number(token[1])];
    else if (token === '/r') hasModRm = true;
    else if (immediate !== undefined) immediates.push(immediate);
    else if (opcode === undefined && /^[0-9A-F]{2}(\+r)?$/.test(token)) {
      opcode = Number.parseInt(token, 16);
      hasRegister = token.endsWith('+r');
    } else if (opcode !== undefined && /^[0-9A-F]{2}(\+i)?$/.test(token)) {
      modRm = Number.parseInt(token, 16);
      hasModRm = true;
      hasRegister = token.endsWith('+i');
    } else throw new Error(`${text}: what is ${token}?`);
  }
  if (opcode === undefined) throw new Error(`${text}: no opcode`);
  return {
    ...{ map, opcode, hasRegister, hasModRm, isVex, immediates },
    ...(prefix !== undefined && { prefix }),
    ...(digit !== undefined && { digit }),
    ...(modRm !== undefined && { modRm }),
    ...(rexW !== undefined && { rexW }),
  };
};
