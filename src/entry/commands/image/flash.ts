/** `worldstep image flash`: the contents of a flash bank. */
import { sizeText } from '../../../image/disk';
import { type FlashBank, flashImage } from '../../../image/flash';
import { kernelFlash } from '../../../image/kernel-media';
import { type Arguments, type Command, type CommandContext, EXIT, UsageError } from '../command';
import { readUnpacked, refuseExisting, wholeFile, writeWhole } from '../files';
import { chooseTarget } from './target';
import { byteCount, offsetText } from './values';

export const flashCommand: Command = {
  name: 'image flash',
  word: 'OUT',
  moreWords: [],
  summary: 'Makes a flash image from texts and firmware, or the one that a kernel.json declares.',
  options: {
    size: { value: 'SIZE', help: 'Size of the bank; 32M on the virt machines.' },
    at: { value: 'OFFSET=TEXT', help: 'Puts a text at a byte offset. May be repeated.', isList: true },
    end: { value: 'F', help: "File whose last byte is the bank's last byte, such as a PC's firmware." },
    kernel: { value: 'K', help: 'Bundled kernel or kernel.json whose declared bank is made.' },
    bank: { value: 'B', help: 'The bank of --kernel, for example pflash1.' },
    arch: { value: 'A', help: 'Architecture of the kernel.' },
    force: { help: 'Replace OUT if it exists.' },
  },
  notes:
    'Bytes that nothing is put at are erased (0xff).\n' +
    'Examples:\n' +
    '  worldstep image flash pflash1.img --size 32M --at 0=PFLA\n' +
    '  worldstep image flash pflash0.img --size 4M --at 0=PFLA --end /usr/share/seabios/bios-256k.bin\n' +
    '  worldstep image flash pflash1.img --kernel msgqueue --arch riscv64 --bank pflash1\n' +
    'On QEMU: -drive if=pflash,unit=1,format=raw,file=pflash1.img',
  run: makeFlash,
};

async function makeFlash(args: Arguments, context: CommandContext): Promise<number> {
  const { words, options } = args;
  const [out = ''] = words;
  if (!options.has('force')) await refuseExisting(out);
  const bank = options.has('kernel') ? await declaredBank(args, context) : await ownBank(args, context);
  await writeWhole(out, wholeFile(flashImage(bank)));
  context.stdout.write(`wrote ${out}: flash bank of ${sizeText(bank.size)}\n`);
  return EXIT.done;
}

async function ownBank({ options, lists }: Arguments, { host }: CommandContext): Promise<FlashBank> {
  const size = options.get('size');
  if (size === undefined) {
    throw new UsageError('--size or --kernel is missing. Give the size of the bank, for example --size 32M.');
  }
  for (const name of ['arch', 'bank']) {
    if (options.has(name)) throw new UsageError(`--${name} belongs to --kernel. Leave it out, or add --kernel.`);
  }
  const end = options.get('end');
  return {
    size: byteCount('--size', size),
    at: (lists.get('at') ?? []).map((text) => offsetText('--at', text)),
    end: end === undefined ? undefined : await readUnpacked(host, end),
  };
}

async function declaredBank({ options, lists }: Arguments, context: CommandContext): Promise<FlashBank> {
  for (const name of ['size', 'at', 'end']) {
    if (options.has(name) || lists.has(name)) {
      throw new UsageError(`--${name}: the kernel.json says it. Leave --${name} or --kernel out.`);
    }
  }
  const { build, path, arch } = await chooseTarget(context, options.get('kernel') ?? '', options.get('arch'));
  const names = [...build.flash.keys()];
  if (names.length === 0) {
    throw new UsageError(
      `${path} declares no flash for ${arch}. Add "flash" to "architectures.${arch}", or give --size and --at.`,
    );
  }
  const name = options.get('bank') ?? (names.length === 1 ? names[0] : undefined);
  const bank = name === undefined ? undefined : build.flash.get(name);
  if (!bank) {
    const what = name === undefined ? 'several flash banks' : `no flash bank ${name}`;
    throw new UsageError(`--bank: ${path} declares ${what} for ${arch}. There is: ${names.join(', ')}.`);
  }
  return kernelFlash(bank, path, (file) => readUnpacked(context.host, file));
}
