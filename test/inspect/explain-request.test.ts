import { describe, expect, it } from 'vitest';
import { parseExplain } from '../../src/inspect/explain-request';

const parsed = (text: string) => {
  const request = parseExplain(text);
  return typeof request === 'string' ? request : `${request.space} ${request.place} ${request.access} ${request.world}`;
};

describe('the words behind explain', () => {
  it('are an expression, an access and a world, the last two as wanted', () => {
    expect(parsed('0x1000')).toBe('va 0x1000 read undefined');
    expect(parsed('0x1000 write')).toBe('va 0x1000 write undefined');
    expect(parsed('0x1000 for EXECUTE')).toBe('va 0x1000 execute undefined');
    expect(parsed('$sp + 8 in user')).toBe('va $sp + 8 read user');
    expect(parsed('&STATE.queue write in  Guest  Kernel')).toBe('va &STATE.queue write guest kernel');
    expect(parsed('gpa:0x80200000 write in guest')).toBe('gpa 0x80200000 write guest');
    expect(parsed('pa: $a0')).toBe('pa $a0 read undefined');
  });

  it('may be an expression that ends in a word', () => {
    expect(parsed('read')).toBe('va read read undefined');
    expect(parsed('x as u64')).toBe('va x as u64 read undefined');
    expect(parsed('queue.write write')).toBe('va queue.write write undefined');
  });

  it('are refused with the right ones', () => {
    expect(parsed('')).toContain('"explain" needs an address. Write: explain EXPRESSION');
    expect(parsed('0x1000 wirte')).toContain(
      '"wirte" is no access. Did you mean "write"? Accesses are: read, write, execute.',
    );
    expect(parsed('0x1000 delete in user')).toContain('"delete" is no access.');
  });
});
