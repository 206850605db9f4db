import { describe, expect, it } from 'vitest';
import { CSRS, csrOfName } from '../../../../src/isa/riscv64/csrs';
import { resetState, SLOTS, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { HELPERS } from '../../../../src/isa/riscv64/helpers';
import { FakeHart, trapOf } from '../../../support/fake-hart';
import { SEED } from '../../../support/random';
import { ManualCsrs, MODELLED, type Mode } from './manual-csrs';
import { type Random, randomFrom } from './random';

const MODES: Readonly<Record<Mode, readonly [bigint, bigint]>> = {
  M: [3n, 0n],
  HS: [1n, 0n],
  U: [0n, 0n],
  VS: [1n, 1n],
  VU: [0n, 1n],
};
const ALL_MODES = Object.keys(MODES) as Mode[];

const numberOf = new Map(CSRS.map(({ name, number }) => [name, number]));
const existing = new Map(CSRS.map(({ name, number }) => [number, name]));

/** hgeie is no slot: it is always 0. */
const modelOf = (hart: FakeHart): ManualCsrs => new ManualCsrs((name) => (name === 'hgeie' ? 0n : hart.get(name)));

const hartWithModel = (): { hart: FakeHart; model: ManualCsrs } => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  return { hart, model: modelOf(hart) };
};

/** Executes a CSR instruction with `operand` in x6 and yields x5. */
const execute = (hart: FakeHart, mode: Mode, mnemonic: string, csr: number, operand: bigint, source = 6): bigint => {
  const [priv, v] = MODES[mode];
  hart.set('priv', priv);
  hart.set('v', v);
  hart.write('x', 6, operand);
  const fields: Record<string, number> = { csr, rd: 5, rs1: source };
  HELPERS[mnemonic]!(hart, (field) => fields[field]!);
  return hart.read('x', 5);
};

/** Values of every kind: dense, sparse, one bit, ones, a legal MODE on top. */
const operandOf = ({ bits, bits64, pick }: Random): bigint => {
  const value = pick([bits64(), bits64() & bits64() & bits64(), 1n << BigInt(bits() % 64), (1n << 64n) - 1n, 0n]);
  return bits() % 4 === 0 ? BigInt.asUintN(60, value) | (pick([8n, 9n, 10n]) << 60n) : value;
};

describe(`random CSR instructions leave what the manual says (WORLDSTEP_SEED=${SEED})`, () => {
  it('in rd and in every other CSR', () => {
    const random = randomFrom(SEED);
    const { bits, pick } = random;
    for (let round = 0; round < 25; round++) {
      const { hart, model } = hartWithModel();
      for (let step = 0; step < 120; step++) {
        if (bits() % 8 === 0) {
          // As devices and timers drive them; STIP is theirs only with STCE.
          const lines = BigInt(bits()) & 0xee8n;
          hart.set('mipLines', lines);
          model.lines = lines;
        }
        const mode = pick(['M', 'M', 'HS', 'HS', 'VS', 'VS', 'U', 'VU'] as const);
        const name = pick(MODELLED);
        const kind = pick(['csrrw', 'csrrs', 'csrrc'] as const);
        const operand = operandOf(random);
        const number = numberOf.get(name)!;
        const what = { step, mode, kind, name, operand };
        const refused = model.refusal({ mode, exists: true, number, isWrite: true });
        if (refused) {
          const { cause } = trapOf(() => execute(hart, mode, kind, number, operand));
          expect({ ...what, cause }).toEqual({ ...what, cause: refused === 'illegal' ? 2 : 22 });
        } else {
          const reached = ManualCsrs.reached(mode, name);
          const expected = model.execute(kind, reached, operand, mode.startsWith('V'));
          const seen = execute(hart, mode, kind, number, operand);
          expect({ ...what, rd: seen }).toEqual({ ...what, rd: expected });
        }
        const all = MODELLED.filter((other) => csrOfName(other)?.read(hart) !== model.read(other));
        expect({ ...what, all }).toEqual({ ...what, all: [] });
      }
    }
  });
});

describe(`every CSR number in every mode (WORLDSTEP_SEED=${SEED})`, () => {
  it('traps as the list of cases for virtual-instruction exceptions says', () => {
    const random = randomFrom(SEED);
    const { bits64, pick } = random;
    for (let round = 0; round < 8; round++) {
      const { hart } = hartWithModel();
      // All that decides; the first round with everything open.
      const deciding = {
        mstatus: (1n << 20n) | (3n << 13n),
        vsstatus: 3n << 13n,
        hstatus: 1n << 20n,
        mcounteren: 0xffff_ffffn,
        hcounteren: 0xffff_ffffn,
        scounteren: 0xffff_ffffn,
        menvcfg: 1n << 63n,
        henvcfg: 1n << 63n,
      };
      for (const [name, mask] of Object.entries(deciding)) {
        const isOpen = round === 0 && !['mstatus', 'hstatus'].includes(name);
        hart.set(name, isOpen || round === 1 ? mask : bits64() & mask);
      }
      const model = modelOf(hart);
      const initial = SLOTS.map((slot) => [slot, hart.get(slot)] as const);
      for (let number = 0; number < 4096; number++) {
        const exists = existing.has(number);
        // Of those that do not exist, a few.
        if (!exists && (number * 7 + round) % 16 !== 0) continue;
        for (const mode of ALL_MODES) {
          for (const isWrite of [false, true]) {
            for (const [slot, value] of initial) hart.set(slot, value);
            const expected = model.refusal({ mode, exists, number, isWrite });
            const source = isWrite ? pick([0, 6]) : 0;
            let seen: string | undefined;
            try {
              // csrrw writes whatever its source; csrrs and csrrc with x0 only read.
              const mnemonic = isWrite
                ? source === 0
                  ? 'csrrw'
                  : pick(['csrrw', 'csrrs', 'csrrc'])
                : pick(['csrrs', 'csrrc']);
              execute(hart, mode, mnemonic, number, 0n, source);
            } catch {
              const mnemonic = isWrite ? 'csrrw' : 'csrrs';
              seen =
                trapOf(() => execute(hart, mode, mnemonic, number, 0n, source)).cause === 2 ? 'illegal' : 'virtual';
            }
            const what = { number: number.toString(16), mode, isWrite, round };
            if (seen !== expected) expect({ ...what, seen }).toEqual({ ...what, seen: expected });
          }
        }
      }
    }
  });
});
