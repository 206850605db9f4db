import { describe, expect, it } from 'vitest';
import { compileInterpreter } from '../../../src/engine/interpreter';
import { X86_64_ENGINE } from '../../../src/isa/x86_64/engine-isa';

describe('the interpreters of x86-64', () => {
  it('can be made of all rows: every helper, function and guard that a row names is there', () => {
    expect(WebAssembly.validate(compileInterpreter(X86_64_ENGINE).module)).toBe(true);
  });
});
