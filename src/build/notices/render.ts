/** The text of ThirdPartyNotices.txt. */
import type { Described } from './collect';
import { entryLine, type Part, TEXTS_LINE } from './inventory';
import { copyrights, type Licence, licencesOf } from './licences';

const INTRODUCTION = `THIRD-PARTY NOTICES

Worldstep is licensed under the Apache License 2.0 (LICENSE). What it ships contains or is built with work of others,
named here with their licences. Where a package offers several licences, the one named is the one we take.
The texts follow at the end. This file is written by src/build/notices.ts.`;

/** Writes the notices for described parts. Texts that say the same are printed once. */
export function render(
  parts: readonly { readonly part: Part; readonly described: readonly Described[] }[],
  standard: ReadonlyMap<string, string>,
): string {
  const texts = new Texts();
  const sections = parts.map(({ part, described }) => {
    const entries = described.map((each) => entry(each, licencesOf(each.name, each.facts, standard), texts));
    return [`## ${part.title}`, '', part.explanation, '', ...entries].join('\n');
  });
  return `${[INTRODUCTION, ...sections, texts.render()].join('\n\n\n')}\n`;
}

function entry(component: Described, licences: readonly Licence[], texts: Texts): string {
  const taken = licences.map((licence) => `${licence.id} (text ${texts.number(licence)})`).join(', ');
  const { expression } = component.facts;
  const offered = licences.length === 1 && licences[0]?.id === expression ? '' : `, offered as ${expression}`;
  return [
    entryLine(component),
    `    ${taken}${offered}`,
    `    ${component.source}`,
    ...copyrights(component.facts).map((line) => `    ${line}`),
    ...notices(component),
  ].join('\n');
}

/** NOTICE files, which Apache's licence wants handed on as they are. */
const notices = ({ facts }: Described): string[] =>
  [...facts.files]
    .filter(([name]) => /^(?:notice|thirdparty)/i.test(name))
    .flatMap(([, text]) => text.trim().split('\n'))
    .map((line) => `    | ${line}`.trimEnd());

/** Licence texts by number. */
class Texts {
  readonly #known = new Map<string, { readonly id: string; readonly text: string }>();

  number({ id, text }: Licence): number {
    const key = text.replace(/\s+/g, ' ').trim().toLowerCase();
    if (!this.#known.has(key)) this.#known.set(key, { id, text });
    return [...this.#known.keys()].indexOf(key) + 1;
  }

  render(): string {
    const rule = '='.repeat(80);
    const texts = [...this.#known.values()]
      .map(({ id, text }, at) => `${rule}\nText ${at + 1}: ${id}\n${rule}\n\n${text.replace(/^\n+|\s+$/g, '')}`)
      .join('\n\n\n');
    return `${TEXTS_LINE}\n\n${texts}`;
  }
}
