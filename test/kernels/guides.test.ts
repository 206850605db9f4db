/**
 * What the guides of the bundled kernels say is true: each row of their tables *Where to stop* and *To try* is a test that
 * stops where the row says and sees what the row says. The rows are read from the READMEs: one without a test fails.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RUNNABLE } from '../../src/machine/boards/all';
import { type GuideRow, guideRows, lineOf } from './guide-table';
import { GuidedSession } from './guided-session';
import { HYPERVISOR_ROWS } from './guides-hypervisor';
import { LAZYMAPPING_ROWS } from './guides-lazymapping';
import { MSGQUEUE_ROWS } from './guides-msgqueue';
import type { RowTests } from './row-tests';

/** Kernel → its rows, by what they are and the code they name. */
const GUIDES: Readonly<Record<string, RowTests>> = {
  msgqueue: MSGQUEUE_ROWS,
  lazymapping: LAZYMAPPING_ROWS,
  guestmonolithickernel: HYPERVISOR_ROWS,
};

const keyOf = ({ kind, code, mode }: GuideRow): string => `${mode === undefined ? '' : `${mode}, `}${kind}: ${code}`;

/** The privilege modes of the worlds that rows name, by architecture. */
const MODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  riscv64: { hypervisor: 'S mode', 'guest kernel': 'VS mode', 'guest user': 'VU mode' },
  aarch64: { 'hypervisor, EL1': 'EL1', EL2: 'EL2', hypervisor: 'EL2' },
};

/** What a kernel is built for: architectures, each with its modes. */
const builds = (kernel: string): Readonly<Record<string, { readonly modes?: object }>> =>
  JSON.parse(readFileSync(`kernels/${kernel}/kernel.json`, 'utf8')).architectures;

it('each kernel has a guide that is tested', () => {
  const kernels = readdirSync('kernels').filter((name) => existsSync(`kernels/${name}/kernel.json`));
  expect(Object.keys(GUIDES).sort()).toEqual(kernels.sort());
});

describe.each(Object.entries(GUIDES))('the guide of %s', (kernel, tests) => {
  const rows = guideRows(kernel);
  const running = RUNNABLE.filter((arch) => builds(kernel)[arch] !== undefined);

  it('names lines that there are', () => {
    for (const row of rows) expect(lineOf(kernel, row)).toBeGreaterThan(0);
  });

  it('has a test for each row, and no test without a row', () => {
    const wanted = rows.filter(({ arch }) => arch === undefined || running.some((one) => one === arch)).map(keyOf);
    expect(Object.keys(tests).sort()).toEqual(wanted.sort());
  });

  describe.each(running)('on %s', (arch: string) => {
    const own = rows.filter((row) => row.arch === undefined || row.arch === arch);
    it.each(own.map((row) => [keyOf(row), row] as const))('%s', async (key, row) => {
      const session = await GuidedSession.at(kernel, arch, row);
      try {
        expect(await session.line()).toBe(lineOf(kernel, row));
        const { world } = row.cells;
        if (world !== undefined) expect(await session.mode()).toBe(MODES[arch]?.[world]);
        await tests[key]?.(session, arch);
      } finally {
        session.dispose();
      }
    });

    const modes = [undefined, ...Object.keys(builds(kernel)[arch]?.modes ?? {})];
    it.each(modes)('names the file with all lines that the kernel prints (mode: %s)', async (mode) => {
      const row = own.find((one) => one.mode === mode) as GuideRow;
      const session = await GuidedSession.at(kernel, arch, row);
      const { console } = await session.toEnd();
      session.dispose();
      const lines = (text: string) => text.split('\n').map((line) => line.trimEnd());
      const build = mode === undefined ? arch : `${arch}-${mode}`;
      const wanted = lines(readFileSync(`kernels/${kernel}/expected-output-${build}.txt`, 'utf8').trimEnd());
      // Before the logo ArceOS's boot code prints a control character and an empty line.
      const printed = lines(console.trimEnd());
      expect(printed.slice(printed.indexOf(wanted[0] ?? ''))).toEqual(wanted);
    });
  });
});
