import { describe, expect, it } from 'vitest';
import { type ExceptionFilter, filtersOf } from '../../src/debug/exception-list';
import { ExceptionFilters } from '../../src/debug/exceptions';
import { LOONGARCH64 } from '../../src/isa/loongarch64';
import { RISCV64 } from '../../src/isa/riscv64';
import { trapsKernel } from '../support/debug-target';

const ids = (filters: readonly ExceptionFilter[]) => filters.map(({ id }) => id);
const all = filtersOf(RISCV64, true);
const withoutGuests = filtersOf(RISCV64, false);
const isCheckbox = ({ heading }: ExceptionFilter) => heading === undefined;

describe('the list of exception filters', () => {
  it('has eight checkboxes at most, each with a condition', () => {
    expect(ids(all.filter(isCheckbox))).toEqual([
      'rust-panic',
      'faults',
      'group:ecall',
      'group:interrupt',
      'traps',
      'world-change',
      'vm-exit',
      'register-write',
    ]);
    for (const { conditionHint } of all)
      expect(conditionHint).toMatch(/^(e\.g\. .*|the registers, e\.g\. .*)\(names: /);
  });

  it('says nothing of guests where there can be none', () => {
    expect(ids(withoutGuests.filter(isCheckbox))).not.toContain('vm-exit');
    const words = withoutGuests.map(({ label, description }) => `${label} ${description}`);
    expect(words.filter((text) => /guest|virtual|VM |VS-mode/i.test(text.replace('of the guest', '')))).toEqual([]);
    expect(all.length).toBeGreaterThan(withoutGuests.length);
  });

  it('names each filter once, and all can be set', () => {
    expect(new Set(ids(all)).size).toBe(all.length);
    const filters = new ExceptionFilters(RISCV64);
    expect(filters.set(all.map(({ id }) => ({ id }))).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('has every cause, kind and origin of traps', () => {
    const missing = RISCV64.causes.filter(
      ({ id, group }) => !(ids(all).includes(id) && ids(all).includes(`group:${group}`)),
    );
    expect(missing).toEqual([]);
    expect(ids(all)).toEqual(expect.arrayContaining(['world:user', 'world:kernel', 'world:guest user', 'vm-entry']));
  });
});

it.each([
  [RISCV64, ['user', 'kernel', 'firmware', 'guest user', 'guest kernel']],
  [LOONGARCH64, ['user', 'kernel']],
])('names only worlds that the instruction set has, number %#', (isa, worlds) => {
  const traps = filtersOf(isa, worlds.includes('guest user')).find(({ id }) => id === 'traps');
  const named = /world is one of (.*)\.$/.exec(traps?.description ?? '')?.[1];
  expect(named).toBe(worlds.map((world) => `"${world}"`).join(', '));
});

describe('the filter of panics', () => {
  it('takes a condition on what the panic handler sees', () => {
    const stopOf = (condition: string) => {
      const kernel = trapsKernel();
      expect(kernel.target.setExceptionFilters([{ id: 'rust-panic', condition }])).toEqual([undefined]);
      return kernel.go();
    };
    expect(stopOf('faults > 0')).toMatchObject({ kind: 'panic' });
    expect(stopOf('faults > 100')).toMatchObject({ kind: 'power' });
    expect(stopOf('nobody')).toMatchObject({ kind: 'panic', problem: expect.stringMatching(/nobody/) });
  });
});
