import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isVmExit } from '../../src/isa/core/world';
import { isCrossing } from '../../src/machine/contract';
import { createMachine } from '../../src/machine/create';
import { runToEnd } from '../support/guests';
import { ALL_WELL } from './guests/x86_64/programs';

it('a bare hypervisor enters guests by SVM and is told why they were left, whatever is in their VMCB', () => {
  const kernel = { name: 'svm', bytes: readFileSync(join(__dirname, 'guests/x86_64/prebuilt/svm.elf')) };
  const { machine } = createMachine({ kernel, harts: 1, choices: { cpu: 'EPYC' } });
  const { isa } = machine;
  const exits: string[] = [];
  machine.observe(['crossing'], (event) => {
    if (!isCrossing(event) || event.by !== 'trap' || !isVmExit(event.from, event.to)) return;
    const { name } = isa.causes.find(
      ({ cause, isInterrupt }) => cause === event.cause && isInterrupt === event.isInterrupt,
    ) ?? { name: '' };
    exits.push(`${event.from.mode} → ${event.to.mode} ${name}`);
  });
  expect(runToEnd(machine)).toMatchObject({ kind: 'power', event: { kind: 'fail', code: ALL_WELL } });
  expect(exits).toEqual([
    'vring0 → ring0 VMEXIT_VMMCALL',
    'vring0 → ring0 VMEXIT_IOIO',
    'vring0 → ring0 VMEXIT_HLT',
    'vring0 → ring0 VMEXIT_VINTR',
    'vring0 → ring0 VMEXIT_SHUTDOWN',
    'vring0 → ring0 Nested page fault of a read (VMEXIT_NPF)',
  ]);
});
