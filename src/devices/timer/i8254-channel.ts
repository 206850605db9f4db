/**
 * One counter of an 8254: what its count and output are at a time, by its mode. Time is in ticks of its input clock.
 * @see Intel 8254 Programmable Interval Timer, order number 231164
 */

export type I8254Channel = {
  /** As written; 6 and 7 are 2 and 3. */
  mode: number;
  isBcd: boolean;
  /** Bytes that are written and read: 1 low, 2 high, 3 both. */
  access: number;
  /** The count register; 0 is the most. */
  reload: number;
  /** The control word has been written, the count has not. */
  isNull: boolean;
  gate: boolean;
  /** Modes 1 and 5: the gate has gone high since. */
  isTriggered: boolean;
  /** The tick at which counting began. */
  since: bigint;
  /** Ticks counted before the gate went low; -1 while it counts. */
  paused: number;
  /** The low byte of a count, while its high one is missing; else -1. */
  lowWritten: number;
  readsHigh: boolean;
  /** Latched; -1 where nothing is. */
  latchedCount: number;
  latchedStatus: number;
};

export const resetChannel = (gate: boolean): I8254Channel => ({
  mode: 3,
  isBcd: false,
  access: 3,
  reload: 0,
  isNull: true,
  gate,
  isTriggered: false,
  since: 0n,
  paused: -1,
  lowWritten: -1,
  readsHigh: false,
  latchedCount: -1,
  latchedStatus: -1,
});

export const modeOf = ({ mode }: I8254Channel): number => (mode > 5 ? mode - 4 : mode);
const modulus = ({ isBcd }: I8254Channel): number => (isBcd ? 10_000 : 0x1_0000);
const fromBcd = (value: number): number =>
  (value & 15) + 10 * ((value >> 4) & 15) + 100 * ((value >> 8) & 15) + 1000 * (value >> 12);
const toBcd = (value: number): number =>
  (value % 10) |
  ((Math.floor(value / 10) % 10) << 4) |
  ((Math.floor(value / 100) % 10) << 8) |
  ((Math.floor(value / 1000) % 10) << 12);

/** Ticks of a whole count. */
const lengthOf = (channel: I8254Channel): number =>
  (channel.isBcd ? fromBcd(channel.reload) : channel.reload) || modulus(channel);

const elapsed = (channel: I8254Channel, tick: bigint): number =>
  channel.paused >= 0 ? channel.paused : Number(tick - channel.since);
const isWaiting = (channel: I8254Channel): boolean =>
  channel.isNull || ((modeOf(channel) === 1 || modeOf(channel) === 5) && !channel.isTriggered);

/** What the counter shows, as it is read. */
export const countAt = (channel: I8254Channel, tick: bigint): number => {
  const length = lengthOf(channel);
  const done = isWaiting(channel) ? 0 : elapsed(channel, tick);
  const mode = modeOf(channel);
  const whole = modulus(channel);
  const count = mode === 2 ? length - (done % length) : mode === 3 ? length - ((2 * done) % length) : length - done;
  const wrapped = ((count % whole) + whole) % whole;
  return channel.isBcd ? toBcd(wrapped) : wrapped;
};

/** The output pin. */
export const outputAt = (channel: I8254Channel, tick: bigint): boolean => {
  const mode = modeOf(channel);
  if (isWaiting(channel)) return mode !== 0;
  const length = lengthOf(channel);
  const done = elapsed(channel, tick);
  if ((mode === 2 || mode === 3) && !channel.gate) return true;
  switch (mode) {
    case 0:
    case 1:
      return done >= length;
    case 2:
      return done % length !== length - 1;
    case 3:
      return done % length < (length + 1) >> 1;
    default:
      return done !== length;
  }
};

/** The tick at which the output changes next; undefined for never. */
export const changeAfter = (channel: I8254Channel, tick: bigint): bigint | undefined => {
  if (isWaiting(channel) || channel.paused >= 0) return undefined;
  const length = lengthOf(channel);
  const done = elapsed(channel, tick);
  const place = done % length;
  const at = (ticks: number): bigint => channel.since + BigInt(ticks);
  switch (modeOf(channel)) {
    case 0:
    case 1:
      return done < length ? at(length) : undefined;
    case 2:
      return place < length - 1 ? at(done - place + length - 1) : at(done + 1);
    case 3: {
      const half = (length + 1) >> 1;
      return at(done - place + (place < half ? half : length));
    }
    default:
      return done < length ? at(length) : done === length ? at(length + 1) : undefined;
  }
};

/** The count register has been written. */
export const load = (channel: I8254Channel, count: number, tick: bigint): void => {
  channel.reload = count;
  channel.isNull = false;
  const mode = modeOf(channel);
  // Modes 1 and 5 take the count with the next trigger; the one that runs goes on here with the new length.
  if (mode === 1 || mode === 5) return;
  channel.since = tick;
  channel.paused = channel.gate ? -1 : 0;
};

/** Drives the gate pin. */
export const setGate = (channel: I8254Channel, level: boolean, tick: bigint): void => {
  if (channel.gate === level) return;
  channel.gate = level;
  switch (modeOf(channel)) {
    case 0:
    case 4:
      if (level) {
        channel.since = tick - BigInt(Math.max(channel.paused, 0));
        channel.paused = -1;
      } else channel.paused = elapsed(channel, tick);
      return;
    case 2:
    case 3:
      // Going high, the gate begins anew.
      channel.paused = level ? -1 : elapsed(channel, tick);
      if (level) channel.since = tick;
      return;
    default:
      if (!level) return;
      channel.isTriggered = true;
      channel.since = tick;
      return;
  }
};
