import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { messagesPath, speak } from '../../src/base/l10n';
import { type OpenInspector, openInspectors } from '../../src/inspect/open';
import { BundledTarget } from '../support/bundled-target';
import { matchGolden, outline, tableText } from './golden';
import { openMessageQueue, runTo } from './message-queue';

const chinese = JSON.parse(readFileSync(resolve(process.cwd(), messagesPath('zh-cn')), 'utf8')) as Record<
  string,
  string
>;

afterEach(() => speak(undefined));

/** The top of a view with its tooltips, then the head of its table. */
function shown(view: OpenInspector): string[] {
  const { columns, rows, summary } = view.table(undefined, 0);
  const head = tableText({ columns, rows: rows.slice(0, 2), summary });
  return [`# ${view.info.id}`, ...outline(view, { depth: 2, width: 5, hasTooltips: true }), head, ''];
}

it('every view and an explained address speak Chinese, and have the rows that they have in English', () => {
  const session = openMessageQueue();
  const { inspectors } = openInspectors(session.target, { windows: session.windows });
  runTo(session.target, 'msgqueue::producer');
  const keys = () => inspectors.map((view) => view.children(undefined, 0).length);
  const english = keys();
  speak(chinese);
  expect(keys()).toEqual(english);
  matchGolden('views-zh-cn', `${inspectors.flatMap(shown).join('\n')}\n`);
});

it('addresses of LoongArch64 are explained in Chinese: through a window, the TLB and the tables, and where none has them', async () => {
  const kernel = await BundledTarget.open('lazymapping', { arch: 'loongarch64' });
  const view = openInspectors(kernel.target).inspectors.find(({ info }) => info.id === 'pageTables');
  if (view === undefined) throw new Error('no Page Tables view');
  kernel.goTo('payload/origin/src/main.rs', 'let mut last = 0u64;');
  speak(chinese);
  const explained = [
    '0x9000000000200000 read in kernel',
    '0x1000 write',
    '0x3ffffefff8 write',
    '0xffff800000202000 execute',
    '0x8000000000000000 read in kernel',
  ].flatMap((text) => [`# ${text}`, ...outline(view, { depth: 1 }, `find:${encodeURIComponent(text)}`), '']);
  matchGolden('explain-loongarch64-zh-cn', explained.join('\n'));
});
