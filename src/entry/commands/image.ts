/** `worldstep image`: makes disk and flash images, and looks into disk images. */
import type { CommandGroup } from './command';
import { diskCommand } from './image/disk';
import { addCommand, extractCommand, listCommand, removeCommand } from './image/files';
import { flashCommand } from './image/flash';

export const imageCommands: CommandGroup = {
  name: 'image',
  summary: 'Makes disk and flash images; lists, adds, extracts and removes files of disk images.',
  commands: [diskCommand, flashCommand, listCommand, addCommand, extractCommand, removeCommand],
  notes:
    'Disks are FAT32 over the whole disk, as QEMU and Worldstep take them. The same files give the same bytes.\n' +
    'Examples:\n' +
    '  worldstep image disk disk.img --size 64M --label ARCEOS --add build/origin=/sbin/origin\n' +
    '  worldstep image disk disk.img --kernel lazymapping --arch riscv64\n' +
    '  worldstep image flash pflash1.img --size 32M --at 0=PFLA\n' +
    '  worldstep image list disk.img\n' +
    '  worldstep image add disk.img motd.txt /etc/',
};
