/** Names of system registers and of operations, beside LLVM's: of every encoding that there is. */
import { describe, expect, it } from 'vitest';
import { MAINTENANCE } from '../../../../src/isa/aarch64/maintenance';
import { guestNameOf, SYSREGS } from '../../../../src/isa/aarch64/sysregs';
import { DEVICE_REGISTERS } from '../../../../src/isa/aarch64/sysregs-gic';
import { printedByLlvm } from '../../../support/llvm';
import { accessWord } from './hart';

const ATTRIBUTES = '+all';

const printed = (words: readonly number[]): readonly (string | undefined)[] =>
  printedByLlvm(
    'aarch64',
    ATTRIBUTES,
    words.map((word) => ({ word, length: 4 })),
  );

/** Names that LLVM does not know, or has for another register of the models. */
const OURS = /^(L2\w*|CPU\w*|ID_AFR0_EL1|S3_\w+)$/;

interface Named {
  readonly name: string;
  readonly number: number;
  readonly access?: 'ro' | 'wo' | 'none';
}

const named: readonly Named[] = [
  ...SYSREGS,
  ...SYSREGS.filter(({ host }) => host !== undefined).map((row) => ({
    name: guestNameOf(row),
    number: (row.number & ~(7 << 11)) | (5 << 11),
  })),
  ...DEVICE_REGISTERS,
].filter(({ name }) => !OURS.test(name));

const readable = named.filter(({ access }) => access !== 'wo');
/** What is written by that number has a name of its own. */
const WRITTEN: Readonly<Record<string, string>> = { DBGDTRRX_EL0: 'DBGDTRTX_EL0' };
const writable = named.filter(({ access }) => access === 'wo' || access === undefined);

describe('a system register is named as LLVM names it', () => {
  it('in mrs', () => {
    const theirs = printed(readable.map(({ number }) => accessWord(true, number, 3)));
    expect(theirs.map((text) => text?.replace(/^mrs x3, /, ''))).toEqual(readable.map(({ name }) => name));
  });
  it('in msr', () => {
    const theirs = printed(writable.map(({ number }) => accessWord(false, number, 3)));
    expect(theirs.map((text) => text?.replace(/, x3$/, '').replace(/^msr /, ''))).toEqual(
      writable.map(({ name }) => WRITTEN[name] ?? name),
    );
  });
});

describe('an operation is named as LLVM names it', () => {
  it('in sys', () => {
    const theirs = printed(
      MAINTENANCE.map(({ number, hasNoOperand }) => accessWord(false, number, hasNoOperand ? 31 : 3)),
    );
    expect(theirs.map((text) => text?.replace(/, x3$/, ''))).toEqual(MAINTENANCE.map(({ name }) => name));
  });
});
