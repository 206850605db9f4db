/** Advanced SIMD: loads and stores of structures, whose members lie one behind the other in memory and in a register each. */
import type { BusWidth, HartState, Helper } from '../../core/privileged';
import { type LaneWidth, lanesOf, vectorOf } from '../simd/lanes';
import { type SimdRow, simdRow } from '../simd/row';
import { EITHER } from './addressing';
import { BITS, type Letter, lettersOf } from './simd-shapes';

type Field = (name: string) => number;
type Kind = 'ld' | 'st';
const KINDS: readonly Kind[] = ['ld', 'st'];

/** How the base goes on: not at all, by the bytes that were moved, or by a register. */
export const FORMS = [
  { name: '', post: '0', Rm: '00000', asm: '' },
  { name: '-post', post: '1', Rm: '11111', asm: ', #BYTES' },
  { name: '-index', post: '1', Rm: 'Rm:5', asm: ', {x:Rm}' },
] as const;
export type Form = (typeof FORMS)[number];

const notZero = ({ name }: Form): { not?: { Rm: number[] } } => (name === '-index' ? { not: { Rm: [31] } } : {});

/** One lane in memory and in a register. */
interface Place {
  readonly register: number;
  readonly lane: number;
}

/** What an instruction moves: its lanes in the order of memory. */
interface Transfer {
  readonly bits: LaneWidth;
  readonly places: readonly Place[];
}

/** Where the lanes lie, each of which is an access of its own: it must be aligned to its own size at most. */
const addressesOf = (base: bigint, { bits, places }: Transfer): bigint[] =>
  places.map((_, at) => BigInt.asUintN(64, base + BigInt((at * bits) / 8)));

/** Loads lanes; of registers that are made anew the rest becomes 0. All is loaded before anything is written. */
const load = (state: HartState, base: bigint, transfer: Transfer, rest: 'zeros' | 'stays'): void => {
  const { bits, places } = transfer;
  const addresses = addressesOf(base, transfer);
  const values = addresses.map((address) => state.load(address, (bits / 8) as BusWidth));
  const registers = new Map<number, bigint[]>();
  for (const [at, { register, lane }] of places.entries()) {
    const before = rest === 'stays' ? lanesOf(state.read('v', register), { bits, signed: false }) : [];
    const lanes = registers.get(register) ?? before;
    lanes[lane] = values[at] ?? 0n;
    registers.set(register, lanes);
  }
  for (const [register, lanes] of registers) state.write('v', register, vectorOf(lanes, bits));
};

const store = (state: HartState, base: bigint, transfer: Transfer): void => {
  const { bits, places } = transfer;
  const addresses = addressesOf(base, transfer);
  // All may be stored, or nothing is.
  const last = BigInt.asUintN(64, (addresses.at(-1) ?? base) + BigInt(bits / 8 - 1));
  state.check(base, 'write');
  if (last >> 12n !== base >> 12n) state.check((last >> 12n) << 12n, 'write');
  for (const [at, { register, lane }] of places.entries()) {
    const value = lanesOf(state.read('v', register), { bits, signed: false }, 1, lane)[0] ?? 0n;
    state.store(addresses[at] ?? base, (bits / 8) as BusWidth, value);
  }
};

/** A helper that moves what `transferOf` says and lets the base go on. */
const helperOf =
  (kind: Kind, form: Form, rest: 'zeros' | 'stays', transferOf: (field: Field) => Transfer): Helper =>
  (state, field) => {
    const transfer = transferOf(field);
    const base = state.read('xsp', field('Rn'));
    const by =
      form.name === '-index' ? state.read('x', field('Rm')) : BigInt((transfer.places.length * transfer.bits) / 8);
    if (kind === 'ld') load(state, base, transfer, rest);
    else store(state, base, transfer);
    if (form.name !== '') state.write('xsp', field('Rn'), BigInt.asUintN(64, base + by));
  };

const row = (
  name: string,
  pattern: string,
  asm: string,
  doc: string,
  helper: Helper,
  not: Readonly<Record<string, readonly number[]>>,
): SimdRow =>
  simdRow(
    name,
    pattern,
    { asm, doc, ...(Object.keys(not).length > 0 && { not }) },
    { helper, writes: 'anything', first: (o, f) => EITHER.read(o, f) },
  );

const textOf = (list: string, form: Form, bytes: string): string =>
  `${list}, [{xsp:Rn}]${form.asm.replace('BYTES', bytes)}`;

/** Registers one behind the other, the last followed by the first. */
const registerAt = (field: Field, distance: number): number => (field('Vt') + distance) & 31;

/** Whole registers: structures of `members`, or `vectors` one behind the other. */
const WHOLE = [
  { members: 4, vectors: 1, opcode: '0000' },
  { members: 1, vectors: 4, opcode: '0010' },
  { members: 3, vectors: 1, opcode: '0100' },
  { members: 1, vectors: 3, opcode: '0110' },
  { members: 1, vectors: 1, opcode: '0111' },
  { members: 2, vectors: 1, opcode: '1000' },
  { members: 1, vectors: 2, opcode: '1010' },
] as const;

/** The pattern of an instruction on whole vectors. */
export const wholeWord = (kind: Kind, opcode: string, form: Form, Q: 0 | 1): string =>
  `0 ${Q} 001100 ${form.post} ${kind === 'ld' ? 1 : 0} 0 ${form.Rm} ${opcode} size:2 Rn:5 Vt:5`;

const LETTERS: readonly Letter[] = ['b', 'h', 's', 'd'];

const whole = (kind: Kind, { members, vectors, opcode }: (typeof WHOLE)[number], form: Form): SimdRow[] => {
  const registers = members * vectors;
  const transferOf =
    (Q: number) =>
    (field: Field): Transfer => {
      const bits = BITS[LETTERS[field('size')] ?? 'b'];
      const count = (Q ? 128 : 64) / bits;
      const places: Place[] = [];
      for (let vector = 0; vector < vectors; vector++)
        for (let lane = 0; lane < count; lane++)
          for (let member = 0; member < members; member++)
            places.push({ register: registerAt(field, vector + member), lane });
      return { bits, places };
    };
  const doc =
    members === 1
      ? `${kind === 'ld' ? 'Loads' : 'Stores'} ${vectors === 1 ? 'a vector' : `${vectors} vectors`}.`
      : `${kind === 'ld' ? 'Loads' : 'Stores'} structures of ${members} lanes, a register for each member.`;
  // Structures of doublewords have whole registers.
  return ([0, 1] as const).map((Q) =>
    row(
      `${kind}${members}-${registers}${Q ? 'q' : 'd'}${form.name}`,
      wholeWord(kind, opcode, form, Q),
      textOf(`{list${registers}${Q ? 'wa' : 'la'}:Vt}`, form, String(registers * 8 * (Q + 1))),
      doc,
      helperOf(kind, form, 'zeros', transferOf(Q)),
      { ...notZero(form).not, ...(members > 1 && Q === 0 && { size: [3] }) },
    ),
  );
};

/** The bits of a lane's number: Q, those below R, S and the size; and what says the width. */
const LANE: Readonly<
  Record<'b' | 'h' | 's' | 'd', { readonly Q: string; readonly scale: string; readonly low: string }>
> = {
  b: { Q: 'index[3]', scale: '00', low: 'index[2] index[1:0]' },
  h: { Q: 'index[2]', scale: '01', low: 'index[1] index[0] 0' },
  s: { Q: 'index[1]', scale: '10', low: 'index[0] 00' },
  d: { Q: 'index[0]', scale: '10', low: '0 01' },
};

/** How many members a structure has: the bits R and o. */
const MEMBERS = [
  { members: 1, R: '0', o: '0' },
  { members: 2, R: '1', o: '0' },
  { members: 3, R: '0', o: '1' },
  { members: 4, R: '1', o: '1' },
] as const;
type Members = (typeof MEMBERS)[number];

const oneLane = (kind: Kind, { members, R, o }: Members, form: Form): SimdRow[] =>
  lettersOf('bhsd').map((letter) => {
    const { Q, scale, low } = LANE[letter as 'b' | 'h' | 's' | 'd'];
    const bits = BITS[letter];
    const transferOf = (field: Field): Transfer => ({
      bits,
      places: Array.from({ length: members }, (_, member) => ({
        register: registerAt(field, member),
        lane: field('index'),
      })),
    });
    return row(
      `${kind}${members}-${letter}${form.name}`,
      `0 ${Q} 001101 ${form.post} ${kind === 'ld' ? 1 : 0} ${R} ${form.Rm} ${scale} ${o} ${low} Rn:5 Vt:5`,
      textOf(`{list${members}v${letter}:Vt}[{index}]`, form, String((members * bits) / 8)),
      `${kind === 'ld' ? 'Loads' : 'Stores'} one lane${members === 1 ? '' : ` of each of ${members} registers`}.`,
      helperOf(kind, form, 'stays', transferOf),
      notZero(form).not ?? {},
    );
  });

const replicated = ({ members, R, o }: Members, form: Form): SimdRow =>
  row(
    `ld${members}r-${members}${form.name}`,
    `0 Q:1 001101 ${form.post} 1 ${R} ${form.Rm} 11 ${o} 0 size:2 Rn:5 Vt:5`,
    textOf(`{list${members}ta:Vt}`, form, `{times${members}:size}`),
    `Loads ${members === 1 ? 'one lane into all of a register' : `a structure of ${members} lanes, each into all lanes of a register`}.`,
    (state, field) => {
      const bits = BITS[LETTERS[field('size')] ?? 'b'];
      const places = Array.from({ length: members }, (_, member) => ({ register: registerAt(field, member), lane: 0 }));
      helperOf('ld', form, 'zeros', () => ({ bits, places }))(state, field);
      const count = (field('Q') ? 128 : 64) / bits;
      for (const { register } of places) {
        const [value = 0n] = lanesOf(state.read('v', register), { bits, signed: false }, 1);
        state.write('v', register, vectorOf(new Array<bigint>(count).fill(value), bits));
      }
    },
    notZero(form).not ?? {},
  );

/** Rows of loads and stores. */
export const simdMemory = (): readonly SimdRow[] =>
  FORMS.flatMap((form) => [
    ...KINDS.flatMap((kind) => [
      ...WHOLE.flatMap((each) => whole(kind, each, form)),
      ...MEMBERS.flatMap((each) => oneLane(kind, each, form)),
    ]),
    ...MEMBERS.map((each) => replicated(each, form)),
  ]);
