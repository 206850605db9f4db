import { expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import { Trap } from '../../../../src/isa/core/privileged';
import type { Access } from '../../../../src/isa/core/translation';
import { peekCsr } from '../../../../src/isa/riscv64/csr-access';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { dataPrivilege } from '../../../../src/isa/riscv64/effective-privilege';
import { cpuTranslate } from '../../../../src/isa/riscv64/paging-cpu';
import { mappings } from '../../../../src/isa/riscv64/paging-tables';
import { translate } from '../../../../src/isa/riscv64/paging-view';
import { worldOfPrivilege } from '../../../../src/isa/riscv64/worlds';
import { FakeHart } from '../../../support/fake-hart';
import { SEED } from '../../../support/random';
import { Physical, RAM_BASE } from './physical';
import { randomFrom } from './random';

const PAGES = 16;
const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];

it(`random tables never hang or throw anything but a Trap, and CPU and debugger agree (WORLDSTEP_SEED=${SEED})`, () => {
  const { bits, bits64, pick } = randomFrom(SEED);
  let successes = 0;
  for (let round = 0; round < 150; round++) {
    const memory = new Physical(PAGES);
    // Mostly entries that lead on inside RAM, so that walks get deep; some are pure noise.
    for (let at = 0; at < PAGES * 4096; at += 8) {
      const inRam = (BigInt(RAM_BASE / 4096 + (bits() % PAGES)) << 10n) | BigInt(bits() & 0x3ff);
      const kind = bits() % 16;
      const pointerOrPage = kind < 6 ? (inRam & ~0xden) | 1n : inRam | 0x43n;
      memory.writeU64(RAM_BASE + at, kind === 0 ? bits64() : pointerOrPage);
    }
    const hart = new FakeHart(STATE);
    const sbi = bits() % 2 === 0;
    resetState(hart, { hartid: 0, start: sbi ? 'supervisor' : 'machine' });
    const mode = pick([0n, 8n, 9n, 10n]);
    const root = RAM_BASE / 4096 + (bits() % (PAGES + 1));
    hart.set('satp', (mode << 60n) | BigInt(root));
    hart.set('priv', pick(sbi ? [0n, 1n] : [0n, 1n, 3n]));
    hart.set('mstatus', (BigInt(bits()) & 0x000e_0000n) | pick([0n, 0x800n, 0x1800n]));
    if (!sbi) {
      hart.set('pmpaddr0', BigInt(RAM_BASE / 4 + (bits() % (PAGES * 1024))));
      hart.set('pmpaddr1', (1n << 54n) - 1n);
      hart.set('pmpcfg0', 0x1f00n | BigInt(bits() & 0x9f));
    }
    const registers = (name: string): bigint => peekCsr(hart, name)!;
    for (let i = 0; i < 60; i++) {
      const shift = pick([0n, 1n, 7n, 16n, 25n, 34n]);
      const address = BigInt.asUintN(64, BigInt.asIntN(64, bits64()) >> shift);
      const access = pick(ACCESSES);
      const privilege = access === 'execute' ? Number(hart.get('priv')) : dataPrivilege(hart);
      const seen = translate(worldOfPrivilege(hart, privilege), memory.read, toVa(address), access, registers);
      expect(seen.steps.length).toBeLessThanOrEqual(5);
      try {
        const { pa } = cpuTranslate(hart, memory, address, access);
        expect(seen.result).toMatchObject({ ok: true, pa: BigInt(pa) });
        successes++;
      } catch (error) {
        if (!(error instanceof Trap)) throw error;
        const { trapCause, tval } = error;
        expect({ access, ...seen.result }).toMatchObject({ access, ok: false, fault: { cause: trapCause, tval } });
      }
    }
    expect(mappings(worldOfPrivilege(hart, 1), memory.read, registers, 50).length).toBeLessThanOrEqual(50);
  }
  expect(successes).toBeGreaterThan(100);
});
