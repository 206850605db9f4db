/** What decides whether a reached breakpoint stops: hit counts (`5`, `== 5`, `>= 5`, `% 5` …), conditions, log messages. */

import { t } from '../base/l10n';
import type { StopEvent } from '../machine/contract';

/** Decides by the number of hits so far, this one included. */
export type HitTest = (hits: number) => boolean;

/** Parses a hit condition; a string is what is wrong with it. A bare number means "from that hit on", as VS Code documents it. */
export function parseHitCondition(text: string): HitTest | string {
  const match = /^\s*(==?|>=|>|<=|<|%)?\s*([0-9]{1,9})\s*$/.exec(text);
  if (match === null)
    return t`Hit condition "${text}" is not understood. Write a number, or one of == >= > <= < % and a number.`;
  const count = Number(match[2]);
  switch (match[1]) {
    case '=':
    case '==':
      return (hits) => hits === count;
    case '>':
      return (hits) => hits > count;
    case '<':
      return (hits) => hits < count;
    case '<=':
      return (hits) => hits <= count;
    case '%':
      return count === 0 ? t`Hit condition "% 0" never holds. Use a positive number.` : (hits) => hits % count === 0;
    default:
      return (hits) => hits >= count;
  }
}

/** A piece of a log message: literal text, or an expression between braces. */
export type LogPart = { readonly text: string } | { readonly expression: string };

/** Splits `x is {x}` into its parts; `\{` is a literal brace; braces nest inside expressions. */
export function parseLogMessage(message: string): LogPart[] {
  const parts: LogPart[] = [];
  let text = '';
  let at = 0;
  while (at < message.length) {
    const letter = message.charAt(at);
    const next = message.charAt(at + 1);
    if (letter === '\\' && (next === '{' || next === '}')) {
      text += next;
      at += 2;
      continue;
    }
    const end = letter === '{' ? closingBrace(message, at) : -1;
    if (end < 0) {
      text += letter;
      at++;
      continue;
    }
    if (text !== '') parts.push({ text });
    text = '';
    parts.push({ expression: message.slice(at + 1, end) });
    at = end + 1;
  }
  if (text !== '') parts.push({ text });
  return parts;
}

function closingBrace(message: string, open: number): number {
  let depth = 0;
  for (let at = open; at < message.length; at++) {
    if (message[at] === '{') depth++;
    else if (message[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

/** Evaluates on behalf of the runner, in the innermost frame of a hart. */
export interface ConditionTester {
  /** A string says why the condition could not be evaluated. */
  test(hart: number, condition: string, event?: StopEvent): boolean | string;
  render(hart: number, parts: readonly LogPart[]): string;
}
