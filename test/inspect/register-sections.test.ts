import { expect, it } from 'vitest';
import type { Architecture } from '../../src/base/architectures';
import { openInspectors } from '../../src/inspect/open';
import { BundledTarget } from '../support/bundled-target';

it.each<[Architecture, string[]]>([
  ['riscv64', ['User', 'Supervisor', 'Hypervisor', 'Machine']],
  [
    'loongarch64',
    [
      'Basic Control',
      'Address Translation',
      'TLB Refill',
      'Timer',
      'Machine Error',
      'Debugging',
      'Performance Monitoring',
    ],
  ],
])('system registers of %s stand in the sections of its manual', async (arch, sections) => {
  const { target } = await BundledTarget.open('msgqueue', { arch });
  const view = openInspectors(target).inspectors.find(({ info }) => info.id === 'registers');
  const labels = view?.children('system', 0).map(({ label }) => label) ?? [];
  expect([...labels].sort()).toEqual([...sections].sort());
});
