import { beforeAll, describe, expect, it } from 'vitest';
import { ExpressionError } from '../../src/debug/expression/ast';
import { type Inspection, openInspectors } from '../../src/inspect/open';
import { BundledTarget } from '../support/bundled-target';
import { matchGolden } from './golden';
import { stateHashKept, windowsOf } from './machine-of';

type Question = Parameters<Inspection['explain']> extends [number, ...infer Rest] ? Rest : never;

const answers = (inspection: Inspection, questions: readonly Question[]): string =>
  `${questions.map((question) => inspection.explain(0, ...question).join('\n')).join('\n\n')}\n`;

const va = (address: bigint) => ({ space: 'va', address }) as const;
const gpa = (address: bigint) => ({ space: 'gpa', address }) as const;

/** Both kernels are linked here. */
const KERNEL = 0xffffffc080200000n;

describe('an address of a hypervisor with a guest, explained', () => {
  let kernel: BundledTarget;
  let inspection: Inspection;

  beforeAll(async () => {
    kernel = await BundledTarget.open('guestmonolithickernel');
    inspection = openInspectors(kernel.target, { windows: windowsOf(kernel.target.machine) });
    kernel.goTo('payload/app/src/main.rs', 'arch::exit(code)');
  });

  it('goes through both stages for a user program, each entry with its guest physical and physical address', () => {
    const { pc } = kernel.target.cpu(0);
    matchGolden(
      'explain-guest-user',
      answers(inspection, [
        [va(pc), 'execute'],
        [va(pc), 'write'],
        [va(0x40000000n), 'read'],
      ]),
    );
  });

  it('tells the worlds of equal addresses apart', () => {
    matchGolden(
      'explain-worlds',
      answers(inspection, [
        [va(KERNEL), 'execute', 'guest kernel'],
        [va(KERNEL), 'execute', 'hypervisor'],
        [va(KERNEL), 'execute', 'guest'],
        [va(0x80200000n), 'read', 'M'],
      ]),
    );
  });

  it('knows guest physical addresses: mapped, too far for the stage, and mapped only when they are touched', () => {
    matchGolden(
      'explain-guest-physical',
      answers(inspection, [
        [gpa(0x80200000n), 'write'],
        [gpa(0x10001000n), 'read'],
        [gpa(0x22000000n), 'write'],
        [gpa(1n << 41n), 'execute'],
        [gpa(0x80200000n), 'read', 'host'],
      ]),
    );
  });

  it('finds what leads to a physical address, in the world that is named', () => {
    const pa = { space: 'pa', address: 0x80600000n } as const;
    matchGolden(
      'explain-physical',
      answers(inspection, [
        [pa, 'read'],
        [pa, 'read', 'hypervisor'],
      ]),
    );
  });

  it('says which worlds there are when a name is none of them', () => {
    const ask = (world: string) => () => inspection.explain(0, va(0n), 'read', world);
    expect(ask('gest')).toThrow(ExpressionError);
    expect(ask('gest')).toThrow(
      '"gest" is no world. Did you mean "guest"? Worlds are: user, kernel, firmware, guest, guest user, guest kernel, hypervisor, host, VU, VS, S, M, U.',
    );
  });

  it('changes nothing of the machine', () => {
    stateHashKept(kernel.target.machine, () => {
      for (const world of ['user', 'kernel', 'guest user', 'guest kernel', 'firmware']) {
        for (const space of ['va', 'gpa', 'pa'] as const) {
          for (const access of ['read', 'write', 'execute'] as const)
            inspection.explain(0, { space, address: KERNEL }, access, world);
        }
      }
    });
  });
});

describe('a world that is not there', () => {
  it('is told from one that is misspelt', async () => {
    const { target } = await BundledTarget.open('msgqueue');
    expect(() => openInspectors(target).explain(0, va(0n), 'read', 'guest kernel')).toThrow(
      'This processor has no guest kernel world yet: nothing has run there and no register names its tables. Known now: kernel, firmware, user.',
    );
  });
});
