/**
 * Which records of the trap log are shown: words that must all hold, such as `page fault pc=0x80200000-0x80210000`. A word
 * without `=` or a comparison is searched in reason and symbol.
 */
import { t } from '../base/l10n';
import type { TrapRecord } from './trap-log';
import { codeText, latency, type Reason, type TrapWords } from './trap-words';

/** Whether a record is shown. */
export type TrapTest = (record: TrapRecord) => boolean;

const help = () =>
  t`Write words of the reason or symbol, pc=0x80200000, pc=0x80200000-0x80210000, addr=0x10000000-0x10000fff, hart=0, from=VU, or latency>1000.`;

const NUMBER = /^(0x[0-9a-f_]+|\d[\d_]*)$/i;

const numberOf = (text: string): bigint | undefined =>
  NUMBER.test(text) ? BigInt(text.replaceAll('_', '')) : undefined;

/** `A` or `A-B`, both ends included. */
function rangeOf(text: string): ((value: bigint) => boolean) | undefined {
  const [first = '', last = first, ...rest] = text.split('-');
  const low = numberOf(first);
  const high = numberOf(last);
  if (low === undefined || high === undefined || rest.length > 0) return undefined;
  return (value) => value >= low && value <= high;
}

/** The test that a filter's text stands for, or what is wrong with the text. */
export function parseTrapFilter(text: string, words: TrapWords): TrapTest | string {
  const tests: TrapTest[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const test = testOf(word, words);
    if (typeof test === 'string') return test;
    tests.push(test);
  }
  return (record) => tests.every((test) => test(record));
}

function testOf(word: string, words: TrapWords): TrapTest | string {
  const [, name = '', operator = '', value = ''] = /^(\w+)(=|<|>)(.*)$/.exec(word) ?? [];
  if (operator === '') return containing(word, words);
  if (name === 'latency' && operator !== '=') {
    const limit = numberOf(value);
    if (limit === undefined) return t`"${word}": "${value}" is no number. ${help()}`;
    return (record) => {
      const took = latency(record);
      return took !== undefined && (operator === '>' ? took > limit : took < limit);
    };
  }
  if (operator !== '=') return t`"${word}": only latency is compared with ${operator}. ${help()}`;
  if (name === 'from') return (record) => record.from.mode.toLowerCase() === value.toLowerCase();
  if (name !== 'pc' && name !== 'addr' && name !== 'hart') return t`"${name}" is nothing to filter by. ${help()}`;
  const isInside = rangeOf(value);
  if (isInside === undefined) return t`"${word}": "${value}" is no number and no range. ${help()}`;
  if (name === 'pc') return (record) => isInside(record.epc);
  if (name === 'hart') return (record) => isInside(BigInt(record.hart));
  return (record) => {
    const at = words.address(record);
    return at !== undefined && (isInside(at.value) || isInside(record.tval));
  };
}

function containing(word: string, words: TrapWords): TrapTest {
  const wanted = word.toLowerCase();
  const has = (text: string) => text.toLowerCase().includes(wanted);
  // The manual's name holds in every language.
  const isReason = ({ text, cause }: Reason) => has(text) || has(cause?.name ?? '');
  return (record) => isReason(words.reason(record)) || has(codeText(words.code(record)));
}
