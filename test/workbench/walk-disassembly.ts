/**
 * The walk through the Disassembly view: what its rows show is what the adapter answers, also where sources are absent
 * (`core`, `alloc`, published crates) and after scrolling. The answers come from a second session, in this process.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { sessionServices } from '../../src/entry/session-services';
import { nodeHost } from '../../src/platform/node/host';
import { DapClient, type Json } from '../support/dap-client';
import { repository } from './tools';
import { openCopy, type Surroundings } from './walk-worlds';
import type { Workbench } from './workbench';

const FILE = 'src/main.rs';
const PUSH = 'queue.lock().push_back(message)';

/** What a row of the view must show; `source` only if it shows a line at all. */
interface Expected {
  readonly instruction: string;
  readonly source: string;
}

export const walkThroughDisassembly = async (around: Surroundings): Promise<void> => {
  const { workbench, note } = around;
  const { page } = workbench;
  const folder = await openCopy(around, 'msgqueue');
  const launch = {
    type: 'worldstep',
    request: 'launch',
    name: 'Rows',
    program: 'bundled:msgqueue',
    arch: 'riscv64',
    sourceMap: {
      '/worldstep/kernels/msgqueue': folder,
      '/worldstep/crates/linked_list_r4l': join(repository, 'kernels/linked_list_r4l'),
    },
  };
  mkdirSync(join(folder, '.vscode'));
  const configurations = { version: '0.2.0', configurations: [launch] };
  writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(configurations));
  await workbench.openFile(...FILE.split('/'));
  await workbench.find(PUSH);
  const line = await workbench.setBreakpoint(PUSH);
  await page.keyboard.press('F5');
  await workbench.stoppedAt(line);

  const { type: _type, request: _request, name: _name, ...args } = launch;
  const adapter = await stoppedSession(args, join(folder, FILE), line);
  const { stackFrames } = await adapter.request('stackTrace', { threadId: 1 });
  await workbench.command('Open Disassembly View');
  const view = page.locator('.disassembly-view');
  await view.locator('.monaco-list-row').first().waitFor();
  const library = stackFrames.find((frame: Json) => frame.presentationHint === 'subtle');
  const crate = stackFrames.find((frame: Json) => /· axtask$/.test(frame.name));
  // The library's frames are folded.
  await workbench.debugRow('call-stack', /Show \d+ More/).click();
  for (const [at, frame] of [stackFrames[0], library, crate].entries()) {
    if (at > 0) await workbench.debugRow('call-stack', frame.name).click();
    const expected = await answers(adapter, frame.instructionPointerReference);
    await view.locator('.instruction', { hasText: frame.instructionPointerReference }).first().waitFor();
    await compare(workbench, expected, `rows of ${frame.name}`);
    await workbench.screenshot(`d0${at + 1}-disassembly`);
    for (const wheel of [-1500, -3000, 3000, 4500]) {
      await view.hover();
      await page.mouse.wheel(0, wheel);
      await compare(workbench, expected, `rows of ${frame.name}, scrolled by ${wheel}`);
    }
    note(`disassembly of ${frame.name}: rows as the adapter answers, also scrolled`);
  }
  adapter.dispose();
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
};

/** A session of our own at the same place. */
const stoppedSession = async (launch: object, path: string, line: number): Promise<DapClient> => {
  const client = new DapClient(
    sessionServices(nodeHost({ root: repository }), { symbolsWasm: 'asset:src/symbols/symbols.wasm' }),
  );
  await client.launch(launch, { [path]: [{ line }] });
  await client.event('stopped');
  return client;
};

/** Address → what its row shows, far around a place. */
const answers = async (client: DapClient, memoryReference: string): Promise<Record<string, Expected>> => {
  const { instructions } = await client.request('disassemble', {
    memoryReference,
    instructionOffset: -3000,
    instructionCount: 6000,
    resolveSymbols: true,
  });
  const rows: Record<string, Expected> = {};
  const texts = new Map<string, string[]>();
  // Requests for other windows name the line anew in their first row.
  let source = '';
  for (const { address, instructionBytes = '', instruction, location, line } of instructions) {
    if (location !== undefined) {
      const text = texts.get(location.path) ?? readFileSync(location.path, 'utf8').split('\n');
      texts.set(location.path, text);
      source = `${line}: ${text[line - 1]}`;
    }
    rows[address] = { instruction: packed(`${address}${instructionBytes}${instruction}`), source: packed(source) };
  }
  return rows;
};

const packed = (text: string): string => text.replace(/\s+/g, '');

/** Waits until all rows on screen are right; says which are not when they do not become so. */
const compare = async ({ page }: Workbench, expected: Record<string, Expected>, what: string): Promise<void> => {
  const started = Date.now();
  let wrong = await wrongRows(page, expected);
  // Rows whose source is being opened show what they showed before until it is there.
  while (wrong.length > 0 && Date.now() - started < 10_000) wrong = await wrongRows(page, expected);
  if (wrong.length > 0) throw new Error(`${what}:\n${wrong.join('\n')}`);
};

const wrongRows = async (page: Page, expected: Record<string, Expected>): Promise<string[]> => {
  const rows = await page.evaluate(() =>
    Array.from(document.querySelectorAll('.disassembly-view .monaco-list-row')).map((row) => ({
      instruction: row.querySelector('.instruction')?.textContent ?? '',
      source: row.querySelector('.sourcecode')?.textContent ?? '',
    })),
  );
  const wrong = rows.flatMap(({ instruction, source }) => {
    const right = expected[/^\s*(0x[0-9a-f]+)/.exec(instruction)?.[1] ?? ''];
    if (right === undefined || right.instruction !== packed(instruction))
      return [`${instruction} instead of ${right?.instruction}`];
    const isUnder = source === '' || right.source === packed(source);
    return isUnder ? [] : [`${instruction} under ${source} instead of ${right.source}`];
  });
  return rows.length < 20 ? [`only ${rows.length} rows`, ...wrong] : wrong;
};
