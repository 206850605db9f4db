import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gccPattern } from '../../src/build/problem-matcher';
import { ToolLines } from '../../src/entry/commands/tool-lines';
import { runProgram } from './program';

describe('worldstep tool', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'worldstep-tool-')));
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  /** A program of that name, alone on the PATH. */
  const script = (name: string, ...lines: string[]): void => {
    const path = join(folder, 'bin', name);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(path, 0o755);
    vi.stubEnv('PATH', join(folder, 'bin'));
  };

  test('runs a tool in this folder, with whole paths in its messages, and gives its exit code', async () => {
    script('make', "echo 'main.c:3:1: error: no'", "echo 'main.c: fine' >&2", 'exit 2');
    const { code, stderr } = await runProgram(['tool', '--', 'make', 'kernel']);
    expect(code).toBe(2);
    expect(stderr.split('\n').sort()).toEqual(['', `${folder}/main.c:3:1: error: no`, 'main.c: fine', 'make kernel']);
  });

  test('writes down what cargo has built, and shows only what is for people', async () => {
    script(
      'cargo',
      'echo "$@" >&2',
      `echo '{"reason":"compiler-artifact","executable":"/w/target/debug/kernel"}'`,
      `echo 'from a build script'`,
    );
    const file = join(folder, 'state/programs.json');
    const { code, stdout, stderr } = await runProgram(['tool', '--programs', file, '--', 'cargo', 'build', '--', '-x']);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['/w/target/debug/kernel']);
    expect(stderr).toContain('\nbuild --message-format=json-render-diagnostics -- -x\n');
    expect(stdout).toBe('from a build script\n');
  });

  test('after a build that failed there are no programs', async () => {
    script('cargo', `echo '{"reason":"compiler-artifact","executable":"/w/old"}'`, 'exit 101');
    const file = join(folder, 'programs.json');
    expect((await runProgram(['tool', '--programs', file, '--', 'cargo', 'build'])).code).toBe(101);
    expect(readFileSync(file, 'utf8')).toBe('[]');
  });

  test.each([
    ['cargo', 'Install Rust'],
    ['west', 'Install Zephyr'],
    ['frobnicate', 'Is it on the PATH?'],
  ])('a tool that is not installed is named, with what to do: %s', async (tool, hint) => {
    vi.stubEnv('PATH', folder);
    const { code, stderr } = await runProgram(['tool', '--', tool]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${tool} cannot be started: it was not found. ${hint}`);
  });

  test('without a command it says how to call it', async () => {
    const { code, stderr } = await runProgram(['tool']);
    expect(code).toBe(2);
    expect(stderr).toContain('COMMAND [WORD…] is missing. Write: worldstep tool -- COMMAND [WORD…].');
  });
});

describe('the messages of compilers', () => {
  const rewritten = (...lines: string[]): string[] => {
    const written: string[] = [];
    const all = new ToolLines('/work/os', '/work', (text) => written.push(text.trimEnd()));
    all.add(lines.join('\n'));
    all.end();
    return written;
  };

  test.each([
    ['src/main.c:12:5: error: x', '/work/os/src/main.c:12:5: error: x'],
    ['main.c:12: warning: x', '/work/os/main.c:12: warning: x'],
    ['./a.h:1:2: note: x', '/work/os/a.h:1:2: note: x'],
    ['/abs/main.c:1:1: fatal error: x', '/abs/main.c:1:1: fatal error: x'],
    ['\x1b[01m\x1b[Kmain.c:1:1:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kx', undefined],
    ['  --> os/src/main.rs:3:5', '  --> /work/os/src/main.rs:3:5'],
    ['make: *** [Makefile:3: all] Error 2', 'make: *** [Makefile:3: all] Error 2'],
    ['12:30:01: error', '12:30:01: error'],
    ['nothing special', 'nothing special'],
  ])('%s', (line, wanted) => {
    expect(rewritten(line)).toEqual([wanted ?? line.replace('main.c', '/work/os/main.c')]);
  });

  test('are named from the folder that make is in', () => {
    expect(
      rewritten(
        "make[1]: Entering directory '/work/os/lib'",
        'a.c:1:1: error: x',
        "make[1]: Leaving directory '/work/os/lib'",
        'b.c:1:1: error: x',
      ),
    ).toEqual(expect.arrayContaining(['/work/os/lib/a.c:1:1: error: x', '/work/os/b.c:1:1: error: x']));
  });

  test.each([
    ['/w/main.c:12:5: error: x = 1', ['/w/main.c', '12', '5', 'error', 'x = 1']],
    ['/w/main.c:12: warning: y', ['/w/main.c', '12', undefined, 'warning', 'y']],
    ['C:\\w\\main.c:1:2: fatal error: z', ['C:\\w\\main.c', '1', '2', 'error', 'z']],
    ['main.zig:3:9: note: declared here', ['main.zig', '3', '9', 'note', 'declared here']],
  ])('become problems: %s', (line, found) => {
    expect(new RegExp(gccPattern.regexp).exec(line)?.slice(1)).toEqual(found);
  });
});
