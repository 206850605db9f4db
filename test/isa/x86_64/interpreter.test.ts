import { describe, expect, it } from 'vitest';
import { compileInterpreter } from '../../../src/engine/interpreter';
import { X86_64_ENGINE } from '../../../src/isa/x86_64/engine-isa';
import { FORMS } from '../../../src/isa/x86_64/insns/all';

describe('the interpreters of x86-64', () => {
  it('can be made of all rows: every helper, function and guard that a row names is there', () => {
    expect(WebAssembly.validate(compileInterpreter(X86_64_ENGINE).module)).toBe(true);
  });

  it('execute each form by rows that do what it does, in whatever modes it is', () => {
    const wrong = FORMS.forms.filter((form) => form.rows.some((row) => row.form.sem !== form.sem));
    expect(wrong.map(({ mnemonic, text, modes }) => `${mnemonic} ${text} ${modes}`)).toEqual([]);
  });
});
