/** Time as the MC146818's registers have it: BCD or binary, 12 or 24 hours. Centuries are in register 0x32. */

const REG = { seconds: 0, minutes: 2, hours: 4, weekday: 6, day: 7, month: 8, year: 9, century: 0x32 } as const;
const PM = 0x80;
/** An alarm's byte from here on matches everything. */
const ANY = 0xc0;

export interface ClockFormat {
  readonly isBinary: boolean;
  readonly is24: boolean;
}

const toByte = (value: number, { isBinary }: ClockFormat): number =>
  isBinary ? value : (Math.floor(value / 10) << 4) | (value % 10);
const fromByte = (byte: number, { isBinary }: ClockFormat): number =>
  isBinary ? byte : 10 * (byte >> 4) + (byte & 15);

const hoursByte = (hours: number, format: ClockFormat): number =>
  format.is24 ? toByte(hours, format) : toByte(hours % 12 || 12, format) | (hours >= 12 ? PM : 0);
const fromHours = (byte: number, format: ClockFormat): number =>
  format.is24 ? fromByte(byte, format) : (fromByte(byte & 0x7f, format) % 12) + (byte & PM ? 12 : 0);

const dateOf = (seconds: bigint): Date => new Date(Number(seconds) * 1000);

/** What the time's registers read. @param seconds since 1970 */
export const registersOf = (seconds: bigint, format: ClockFormat): Map<number, number> => {
  const date = dateOf(seconds);
  const year = date.getUTCFullYear();
  return new Map([
    [REG.seconds, toByte(date.getUTCSeconds(), format)],
    [REG.minutes, toByte(date.getUTCMinutes(), format)],
    [REG.hours, hoursByte(date.getUTCHours(), format)],
    [REG.weekday, toByte(date.getUTCDay() + 1, format)],
    [REG.day, toByte(date.getUTCDate(), format)],
    [REG.month, toByte(date.getUTCMonth() + 1, format)],
    [REG.year, toByte(year % 100, format)],
    [REG.century, toByte(Math.floor(year / 100), format)],
  ]);
};

/** Seconds since 1970 that the registers say; undefined for no date. */
export const fromRegisters = (register: (index: number) => number, format: ClockFormat): bigint | undefined => {
  const of = (index: number): number => fromByte(register(index), format);
  const year = of(REG.century) * 100 + of(REG.year);
  const hours = fromHours(register(REG.hours), format);
  const time = Date.UTC(year, of(REG.month) - 1, of(REG.day), hours, of(REG.minutes), of(REG.seconds));
  return Number.isFinite(time) ? BigInt(Math.floor(time / 1000)) : undefined;
};

/** An alarm's seconds, minutes and hours are those of a second. */
export const matches = (
  seconds: bigint,
  [second = 0, minute = 0, hour = 0]: readonly number[],
  format: ClockFormat,
): boolean => {
  const ofDay = Number(seconds % 86_400n);
  return (
    (second >= ANY || fromByte(second, format) === ofDay % 60) &&
    (minute >= ANY || fromByte(minute, format) === Math.floor(ofDay / 60) % 60) &&
    (hour >= ANY || fromHours(hour, format) === Math.floor(ofDay / 3600))
  );
};
