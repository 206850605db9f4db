/**
 * Puts an instruction's effects in an order in which it can be abandoned: whatever may fault or leave comes first, then the
 * stores, then the writes of registers and slots, then the jump.
 */
import { type Effect, type Graph, mayStop, nodesOf } from './graph';

const isWrite = ({ k }: Effect): boolean => k === 'write' || k === 'setSlot';
const leaves = ({ k }: Effect): boolean => k === 'jump' || k === 'branch';

/**
 * Moves writes and stores behind the last effect that may stop the instruction. In most instructions they are there.
 * @throws Error naming the instruction when what was described in between depends on them.
 */
export const inOrderOfCommit = (mnemonic: string, effects: readonly Effect[]): Graph => {
  const last = effects.findLastIndex(mayStop);
  const waits = (effect: Effect, at: number): boolean =>
    at < last && (isWrite(effect) || effect.k === 'store' || leaves(effect));
  if (effects.some(({ k }, at) => k === 'update' && at < last)) {
    throw new Error(`${mnemonic}: an update must be the last effect that may fault`);
  }
  const placed = effects.map((effect, at) => ({ effect, at }));
  if (!effects.some(waits)) return graphOf(placed);
  checkOrder(mnemonic, effects, waits);
  const early = placed.slice(0, last + 1);
  const late = placed.slice(last + 1);
  const areStoresLate = early.some(({ effect, at }) => effect.k === 'store' && at < last);
  const first = early
    .filter(({ effect }) => !isWrite(effect) && !leaves(effect))
    .map(({ effect, at }) => ({ effect: areStoresLate ? probed(effect) : effect, at }));
  const stores = areStoresLate ? early.filter(({ effect }) => effect.k === 'store') : [];
  const writes = early.filter(({ effect }) => isWrite(effect));
  const jumps = early.filter(({ effect }) => leaves(effect));
  return graphOf([...first, ...stores, ...writes, ...late, ...jumps]);
};

const graphOf = (placed: readonly { readonly effect: Effect; readonly at: number }[]): Graph => ({
  effects: placed.map(({ effect }) => effect),
  described: placed.map(({ at }) => at),
});

const probed = (effect: Effect): Effect =>
  effect.k === 'store' ? { k: 'probe', bytes: effect.bytes, addr: effect.addr } : effect;

/** Nothing that still stops may depend on what waits for it. */
const checkOrder = (
  mnemonic: string,
  effects: readonly Effect[],
  waits: (effect: Effect, at: number) => boolean,
): void => {
  for (const [at, effect] of effects.entries()) {
    if (!waits(effect, at)) continue;
    const later = effects.slice(at + 1);
    const fail = (what: string): never => {
      throw new Error(
        `${mnemonic}: ${what} after a ${effect.k}, which waits for what may still fault; describe it before`,
      );
    };
    if (effect.k === 'store' && later.some(({ k }) => k === 'load' || k === 'update')) fail('a load');
    if (leaves(effect) && later.some(({ k }) => k === 'jump' || k === 'branch')) fail('a jump');
    if (later.some(({ k }) => k === 'doneIf')) fail('doneIf');
    for (const node of nodesOf(later)) {
      if (node.after <= at) continue;
      if (effect.k === 'write' && node.kind.k === 'register') fail('a register is read');
      if (effect.k === 'setSlot' && node.kind.k === 'slot' && node.kind.name === effect.name) fail('the slot is read');
    }
  }
};
