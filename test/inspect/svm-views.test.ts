/** What the views say of a bare hypervisor's guests on x86_64-q35. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DebugTarget } from '../../src/debug/target';
import { type OpenInspector, openInspectors } from '../../src/inspect/open';
import { createMachine } from '../../src/machine/create';

const SVM = join(__dirname, '../machine/guests/x86_64/prebuilt/svm.elf');

describe('a bare hypervisor, run to its end', () => {
  let views: readonly OpenInspector[];
  const rows = (id: string, key?: string): string[] => {
    const view = views.find(({ info }) => info.id === id);
    return view?.children(key, 0).map(({ label, description }) => `${label}: ${description ?? ''}`) ?? [];
  };

  beforeAll(() => {
    const kernel = { name: 'svm', bytes: readFileSync(SVM) };
    const { machine } = createMachine({ kernel, harts: 1, choices: { cpu: 'EPYC' } });
    const target = new DebugTarget(machine, []);
    views = openInspectors(target).inspectors;
    let result = target.resume();
    while (result.kind === 'running') result = target.slice(1_000_000n);
  });

  it('has an exit for each reason, with what EXITINFO says', () => {
    const details = [1, 2, 3, 4, 5, 6].map((number) =>
      rows('vmExits', `all/${number}`).filter((row) => /^(reason|details): /.test(row)),
    );
    expect(details).toEqual([
      ['reason: VMEXIT_VMMCALL'],
      ['reason: VMEXIT_IOIO', expect.stringMatching(/^details: OUT port 0x21, 1 byte, next 0x10[0-9a-f]{4}$/)],
      ['reason: VMEXIT_HLT'],
      ['reason: VMEXIT_VINTR'],
      ['reason: VMEXIT_SHUTDOWN'],
      ['reason: Nested page fault of a read (VMEXIT_NPF)', 'details: read, not present, of the final address'],
    ]);
  });

  it('has a control block that was refused at last, with the reason', () => {
    expect(rows('controlBlocks')).toEqual(['VMCB at 0x300000: the last one of CPU 0 · illegal state · VMEXIT_INVALID']);
    expect(rows('controlBlocks', '0x300000')[0]).toBe(
      "The ASID is 0, which is the host's: illegal: the guest cannot be entered",
    );
    expect(rows('controlBlocks', '0x300000/Control')).toContain('GUEST_ASID: 0x00000000, was 0x1 at the last entry');
  });
});
