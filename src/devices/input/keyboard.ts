/**
 * A PS/2 keyboard: answers commands, and sends scan codes (set 2) of what is typed on a US layout.
 * @see IBM Personal System/2 Hardware Interface Technical Reference, "Keyboard (101- and 102-key)"
 */

const ACK = 0xfa;
const RESEND = 0xfe;
const TEST_PASSED = 0xaa;
const RELEASE = 0xf0;
const COMMAND = {
  leds: 0xed,
  echo: 0xee,
  set: 0xf0,
  identify: 0xf2,
  rate: 0xf3,
  enable: 0xf4,
  disable: 0xf5,
  defaults: 0xf6,
  reset: 0xff,
} as const;
const IDENTITY = [0xab, 0x83] as const;
const SET = 2;

export type KeyboardState = {
  isScanning: boolean;
  /** The command whose argument comes next; 0 for none. */
  expects: number;
};

export const resetKeyboard = (): KeyboardState => ({ isScanning: true, expects: 0 });

/** Codes in set 2 by those in set 1, to the space bar. */
const SET2: readonly number[] = [
  ...[0x00, 0x76, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x66, 0x0d],
  ...[0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5a, 0x14, 0x1c, 0x1b],
  ...[0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e, 0x12, 0x5d, 0x1a, 0x22, 0x21, 0x2a],
  ...[0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a, 0x59, 0x7c, 0x11, 0x29],
];
/** F7, which is the second byte of the keyboard's identity, too. */
const F7 = { set2: 0x83, set1: 0x41 } as const;
const SET1: ReadonlyMap<number, number> = new Map([
  ...SET2.map((code, index) => [code, index] as const),
  [F7.set2, F7.set1],
]);

/** A code of set 2 in set 1, as the controller translates it; other bytes stay. */
export const translated = (code: number): number => SET1.get(code) ?? code;
export const isRelease = (byte: number): boolean => byte === RELEASE;

/** Characters by their keys: rows of set 1's numbers, without and with shift. */
const ROWS: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [0x01, '\u001b1234567890-=\b\t', '\0!@#$%^&*()_+\0\0'],
  [0x10, 'qwertyuiop[]\r', 'QWERTYUIOP{}\0'],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
  [0x39, ' ', '\0'],
];
const SHIFT = 0x2a;
const CONTROL = 0x1d;

interface Key {
  readonly code: number;
  readonly with?: number;
}

const KEYS: ReadonlyMap<string, Key> = new Map(
  ROWS.flatMap(([first, plain, shifted]) => [
    ...[...plain].map((character, index): [string, Key] => [character, { code: first + index }]),
    ...[...shifted].flatMap((character, index): [string, Key][] =>
      character === '\0' ? [] : [[character, { code: first + index, with: SHIFT }]],
    ),
  ]),
);

/** A terminal's byte as a key: line feeds are Enter, DEL is Backspace, control characters are letters with Ctrl. */
const keyOf = (byte: number): Key | undefined => {
  const character = byte === 0x0a ? '\r' : byte === 0x7f ? '\b' : String.fromCharCode(byte);
  const key = KEYS.get(character);
  if (key || byte === 0 || byte > 26) return key;
  const letter = KEYS.get(String.fromCharCode(byte + 0x60));
  return letter && { code: letter.code, with: CONTROL };
};

/** What the keyboard sends when a byte is typed on it. */
export const scanCodesOf = (byte: number): number[] => {
  const key = keyOf(byte);
  if (!key) return [];
  const press = (code: number): number[] => [SET2[code] ?? 0];
  const release = (code: number): number[] => [RELEASE, SET2[code] ?? 0];
  const stroke = [...press(key.code), ...release(key.code)];
  return key.with === undefined ? stroke : [...press(key.with), ...stroke, ...release(key.with)];
};

/** What it answers to a byte; its state changes. */
export const answer = (keyboard: KeyboardState, byte: number): number[] => {
  const { expects } = keyboard;
  keyboard.expects = 0;
  if (expects !== 0) return expects === COMMAND.set && byte === 0 ? [ACK, SET] : [ACK];
  switch (byte) {
    case COMMAND.leds:
    case COMMAND.set:
    case COMMAND.rate:
      keyboard.expects = byte;
      return [ACK];
    case COMMAND.echo:
      return [COMMAND.echo];
    case COMMAND.identify:
      return [ACK, ...IDENTITY];
    case COMMAND.enable:
    case COMMAND.disable:
    case COMMAND.defaults:
      keyboard.isScanning = byte !== COMMAND.disable;
      return [ACK];
    case COMMAND.reset:
      keyboard.isScanning = true;
      return [ACK, TEST_PASSED];
    default:
      return [RESEND];
  }
};
