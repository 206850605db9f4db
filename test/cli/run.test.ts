import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildElf } from '../machine/elf-builder';
import { runProgram } from './program';

const root = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'worldstep-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const KERNEL_BASE = 0x8020_0000n;
/** A kernel of a few instructions, started in S-mode. */
const kernel = (name: string, ...words: number[]): string =>
  file(name, buildElf({ segments: [{ vaddr: KERNEL_BASE, bytes: new Uint8Array(Uint32Array.from(words).buffer) }] }));

const LI_A7 = (value: number): number => (value << 20) | 0x893;
const LI_A0 = (value: number): number => (value << 20) | 0x513;
const ECALL = 0x73;
const SRET = 0x1020_0073;
const WFI = 0x1050_0073;
const LOOP = 0x6f;
const ILLEGAL = 0x0000_707f;
/** auipc t0, 0; addi t0, t0, n; csrw stvec, t0: the handler is n bytes after the first of these. */
const setHandler = (bytes: number): number[] => [0x297, (bytes << 20) | 0x2_8293, 0x1052_9073];
/** SBI legacy console putchar and shutdown. */
const say = (text: string): number[] => [...Buffer.from(text)].flatMap((byte) => [LI_A0(byte), LI_A7(1), ECALL]);
const OFF = [LI_A7(8), ECALL];

describe('worldstep run msgqueue', () => {
  it('prints what its expected output says, ends with 0 and tells the same state each time', async () => {
    const expected = readFileSync(join(root, 'kernels/msgqueue/expected-output-riscv64.txt'), 'utf8').trimEnd();
    const run = () => runProgram(['run', 'msgqueue', '--arch', 'riscv64', '--stats']);
    const [first, second] = [await run(), await run()];
    expect(first.code).toBe(0);
    // The logo's lines end in blanks, which editors remove.
    expect(first.stdout.replace(/[ \r]+$/gm, '')).toContain(expected);
    const stats = JSON.parse(first.stderr);
    expect(Object.keys(stats)).toEqual(['instructions', 'seconds', 'mips', 'stateHash']);
    expect(JSON.parse(second.stderr)).toMatchObject({ instructions: stats.instructions, stateHash: stats.stateHash });
  });

  it('ends with 3 at the limit, exactly there', async () => {
    const run = await runProgram(['run', 'msgqueue', '--max-instructions', '1_234_567', '--stats']);
    expect(run.code).toBe(3);
    const [message, stats = ''] = run.stderr.split('\n');
    expect(message).toBe('worldstep: stopped at the limit of 1234567 instructions (--max-instructions)');
    expect(JSON.parse(stats).instructions).toBe(1_234_567);
  });

  it('may be named by its kernel.json', async () => {
    const run = await runProgram(['run', join(root, 'kernels/msgqueue/kernel.json')]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a guest of the user', () => {
  it('ends with 0 when it switches off', async () => {
    expect(await runProgram(['run', kernel('hello', ...say('Hi\n'), ...OFF)])).toEqual({
      code: 0,
      stdout: 'Hi\n',
      stderr: '',
    });
  });

  it('ends with 1 when it prints a panic and switches off', async () => {
    const run = await runProgram(['run', kernel('panic', ...say('a panicked at b\n'), ...OFF)]);
    expect(run).toMatchObject({ code: 1, stderr: 'worldstep: the guest panicked: a panicked at b\n' });
  });

  it('ends with 1 when it panics and then loops for ever', async () => {
    const run = await runProgram(['run', kernel('loop-panic', ...say('panicked at z\n'), LOOP)]);
    expect(run).toMatchObject({
      code: 1,
      stderr: 'worldstep: the guest panicked and did not switch off: panicked at z\n',
    });
  });

  it('gets what stdin holds', async () => {
    // getchar until there is one (legacy call 2 gives -1 without), then print it and the next, and switch off.
    const wait = [LI_A7(2), ECALL, 0xfe05_4ce3 /* bltz a0, -8 */];
    const echo = [LI_A7(1), ECALL];
    const run = await runProgram(['run', kernel('echo', ...wait, ...echo, ...wait, ...echo, ...OFF)], 'ok');
    expect(run).toEqual({ code: 0, stdout: 'ok', stderr: '' });
  });

  it('that waits for input which cannot come is told so', async () => {
    const run = await runProgram(['run', kernel('wait', WFI, LOOP)]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/the guest waits for input that cannot come: stdin has ended .*hart 0 at 0x8020000[04]/);
  });

  it('through HTIF: prints and ends', async () => {
    const run = await runProgram(['run', join(root, 'test/machine/guests/prebuilt/tohost.elf')]);
    expect(run).toEqual({ code: 0, stdout: 'byte by byte\nin one piece\n', stderr: '' });
  });

  it('runs on as many harts as are asked for', async () => {
    const run = await runProgram([
      'run',
      join(root, 'test/machine/guests/prebuilt/harts.elf'),
      '--harts',
      '4',
      '--memory=4M',
    ]);
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('what lies in memory', () => {
  const flat = (name: string, ...words: number[]): string => file(name, new Uint8Array(Uint32Array.from(words).buffer));
  /** Prints the byte at 0x84000000, then what is said. */
  const show = [0x4200_02b7, 0x0012_9293, 0x0002_c503, LI_A7(1), ECALL];
  const program = flat('program.bin', LOOP, ...show, ...say('!'), ...OFF);
  const data = file('data.txt', Buffer.from('#'));

  it('is a flat kernel where --load says, a file beside it, and the first instruction where --entry says', async () => {
    const more = ['--load', '0x8100_0000', '--load', `${data}@0x84000000`, '--entry', '0x81000004'];
    const run = await runProgram(['run', program, '--arch', 'riscv64', ...more]);
    expect(run).toEqual({ code: 0, stdout: '#!', stderr: '' });
  });

  it('needs no kernel beside a file', async () => {
    const more = ['--load', `${program}@0x82000000`, '--load', `${data}@0x84000000`, '--entry', '0x82000004'];
    const run = await runProgram(['run', '--arch', 'riscv64', ...more]);
    expect(run).toEqual({ code: 0, stdout: '#!', stderr: '' });
  });
});

const elf = readFileSync(join(root, 'test/machine/guests/prebuilt/code.elf'));
const gzip = readFileSync(join(root, 'kernels/prebuilt/msgqueue-riscv64.elf.gz'));

describe('a bad guest gets a message and an exit code, never a hang', () => {
  it.each<[string, readonly string[], number, RegExp]>([
    ['jumps to 0', [kernel('zero', 0x67)], 1, /instruction access fault again and again.*0x0 .*Debug/i],
    [
      'has a handler that traps',
      [kernel('bad-handler', ...setHandler(12), ILLEGAL)],
      1,
      /illegal instruction again and again/i,
    ],
    [
      'has a handler that returns to the faulting instruction',
      [kernel('no-progress', ...setHandler(16), ILLEGAL, SRET)],
      1,
      /illegal instruction at 0x8020000c again and again.*returns/i,
    ],
    ['is missing', [join(folder, 'none.elf')], 2, /none\.elf does not exist\. Check the path/],
    ['is a folder', [folder], 2, /is a directory, not a file/],
    ['is empty', [file('empty.bin', new Uint8Array(0))], 2, /empty\.bin: the file is empty\. Build it again/],
    ['is cut short', [file('cut.elf', elf.subarray(0, 900))], 2, /cut\.elf: .*(cut|ends|beyond|short|past)/i],
    [
      'is for another architecture',
      [file('mac.elf', buildElf({ machine: 20, segments: [{ vaddr: KERNEL_BASE, bytes: new Uint8Array(8) }] }))],
      2,
      /mac\.elf: .*PowerPC/,
    ],
    ['is a broken gzip file', [file('cut.elf.gz', gzip.subarray(0, 5000))], 2, /cut\.elf\.gz cannot be unpacked/],
    ['is a broken kernel.json', [file('kernel.json', Buffer.from('{"name": 3}'))], 2, /kernel\.json: /],
  ])('that %s', async (_, words, code, message) => {
    const run = await runProgram(['run', ...words]);
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(code);
  });
});

describe('bad usage ends with 2 and names the next step', () => {
  it.each<[string, readonly string[], string]>([
    ['no command', [], ''],
    ['an unknown command', ['runn'], 'there is no command "runn". Did you mean "worldstep run"?'],
    [
      'nothing to run',
      ['run'],
      'There is nothing to run. Name a kernel or a file; "worldstep kernels" lists what is bundled.',
    ],
    [
      'an unknown kernel',
      ['run', 'msgqeue'],
      '"msgqeue" is neither a bundled kernel nor a file. Did you mean msgqueue?',
    ],
    ['an unknown option', ['run', 'msgqueue', '--memroy', '1G'], 'run has no option --memroy. Did you mean --memory?'],
    ['an option without its value', ['run', 'msgqueue', '--memory'], '--memory needs a value: --memory SIZE.'],
    ['an option twice', ['run', 'msgqueue', '--harts', '1', '--harts', '2'], '--harts is given twice. Give it once.'],
    ['a value for a switch', ['run', 'msgqueue', '--stats=1'], '--stats takes no value. Leave "=1" out.'],
    ['two guests', ['run', 'msgqueue', 'other'], '"other" is too much: worldstep run takes one KERNEL|FILE.'],
    [
      '10 GB of memory',
      ['run', 'msgqueue', '--memory', '10G'],
      '--memory: 10G is more than the 3 GiB the machine can have. Give at most 3G; 128M is usual.',
    ],
    [
      'a size that is none',
      ['run', 'msgqueue', '--memory', 'lots'],
      '--memory: "lots" is not a memory size. Give a size such as 128M or 1G.',
    ],
    [
      'a mode that there is none of',
      ['run', 'msgqueue', '--mode', 'stage2'],
      '--mode: msgqueue has no mode "stage2". Leave it out.',
    ],
    [
      'a mode of a file',
      ['run', 'package.json', '--mode', 'stage2'],
      '--mode: only what has a kernel.json has modes. Leave it out, or name a kernel.json.',
    ],
    ['nine harts', ['run', 'msgqueue', '--harts', '9'], '--harts: 9 harts cannot be had. Give 1 to 8.'],
    [
      'a limit that is no number',
      ['run', 'msgqueue', '--max-instructions', '1e6'],
      '--max-instructions: "1e6" is not a whole number. Write digits, for example --max-instructions 4.',
    ],
    [
      'another architecture',
      ['run', 'msgqueue', '--arch', 'riscv46'],
      '--arch: there is no machine for "riscv46". Did you mean riscv64?',
    ],
    [
      'a load that says nothing',
      ['run', '--load', ' '],
      '--load: there is no address. Write 0x80000000, or FILE@0x80000000.',
    ],
    [
      'a load at an address that is none',
      ['run', '--load', 'k.bin@0x'],
      '--load: "0x" is no physical address. Write one such as 0x80000000.',
    ],
    [
      'a load without a file',
      ['run', '--load', '@0x80000000'],
      '--load: there is no file before the address. Write FILE@0x80000000.',
    ],
    [
      'a loaded file that is not there',
      ['run', '--load', 'none.bin@0x80000000'],
      'none.bin does not exist. Check the path.',
    ],
    [
      'an address of the kernel without a kernel',
      ['run', '--load', '0x80000000'],
      'the machine: there is nothing to run. Name a kernel, or pass --kernel or --bios with a file.',
    ],
    [
      'an entry that is no address',
      ['run', 'msgqueue', '--entry', 'main'],
      '--entry: "main" is no physical address. Write one such as 0x80000000.',
    ],
    ['dap without a transport', ['dap'], 'dap needs either --stdio or --port N.'],
    ['words for kernels', ['kernels', 'all'], '"all" is too much: worldstep kernels takes options only.'],
  ])('%s', async (_, argv, message) => {
    const run = await runProgram(argv);
    expect(run.code).toBe(2);
    if (message !== '') expect(run.stderr).toBe(`worldstep: ${message}\n`);
    expect(run.stdout).toBe('');
  });
});

describe('what the program says about itself', () => {
  it('lists the bundled kernels', async () => {
    const run = await runProgram(['kernels']);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(
      /^NAME +ARCHITECTURES +SIZE +TITLE\nmsgqueue +riscv64,aarch64,x86_64,loongarch64 +[\d.]+ [kM]B +Message queue\n/,
    );
    const list = JSON.parse((await runProgram(['kernels', '--json'])).stdout);
    expect(list[0]).toMatchObject({ name: 'msgqueue', architectures: ['riscv64', 'aarch64', 'x86_64', 'loongarch64'] });
  });

  it.each([['--help'], ['help', 'run'], ['run', '--help'], ['dap', '--help'], ['--version']])(
    '%s %s',
    async (...argv) => {
      const run = await runProgram(argv.filter((word) => word !== undefined));
      expect(run.code).toBe(0);
      expect(run.stderr).toBe('');
      expect(run.stdout).toMatch(
        argv[0] === '--version' ? /^worldstep \d+\.\d+\.\d+\n$/ : /^(Usage: worldstep|Worldstep runs)/,
      );
    },
  );
});
