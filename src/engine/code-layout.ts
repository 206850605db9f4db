/** How decoded code lies in memory: depends on where instructions may begin and how much of one a record must hold. */
import { type Encoding, minLength } from '../isa/core/encoding';
import { RECORD_PAGES, TLB_END } from './layout';

const PAGE = 4096;

/**
 * One record page for each 4 KiB page of code, aligned to its stride so that a record's address tells its page: a record
 * for each place where an instruction may begin, a sentinel record, and where the page's bytes lie (i32).
 */
export interface CodeLayout {
  readonly unit: number;
  readonly recordBytes: number;
  /** The record of the byte at `offset` of its page is `offset << shift` bytes from the first. */
  readonly shift: number;
  /** Offset of the sentinel, behind the page's last record. */
  readonly sentinel: number;
  /** Offset of the i32 that says where the page's bytes lie in this memory. */
  readonly host: number;
  readonly stride: number;
  /** The first record page. */
  readonly start: number;
  readonly end: number;
  /** The fast interpreter may overrun its budget by a page of straight-line code, so it gets this much less. */
  readonly margin: number;
}

/** Records of instructions that a program takes apart say their length and exact opcode, and hold two 32-bit values. */
export const layOutCode = (encoding: Encoding): CodeLayout => {
  const { unit } = encoding;
  const recordBytes = encoding.kind === 'program' ? 32 : 16;
  const sentinel = (PAGE / unit) * recordBytes;
  const host = sentinel + 64;
  const stride = 2 ** Math.ceil(Math.log2(host + 4));
  const start = Math.ceil(TLB_END / stride) * stride;
  return {
    unit,
    recordBytes,
    shift: Math.log2(recordBytes / unit),
    sentinel,
    host,
    stride,
    start,
    end: start + RECORD_PAGES * stride,
    margin: Math.ceil(PAGE / minLength(encoding)) + 16,
  };
};
