import { describe, expect, test } from 'vitest';
import { checkLaunch } from '../../../src/dap/launch-arguments';
import { launchSchema } from '../../../src/dap/launch-schema';
import { recognisedTrees } from '../../../src/vscode/trees/recognised-trees';
import { TREE_RULES } from '../../../src/vscode/trees/tree-rules';
import { KNOWN_TREES, program } from '../../support/known-trees';
import { type FileContents, memoryTree } from '../../support/memory-tree';

const recognised = (files: Readonly<Record<string, FileContents>>) => recognisedTrees(memoryTree(files));
const below = (folder: string, files: Readonly<Record<string, FileContents>>): Record<string, FileContents> =>
  Object.fromEntries(Object.entries(files).map(([path, contents]) => [`${folder}/${path}`, contents]));

test('each rule has a tree in the tests', () => {
  expect(Object.keys(KNOWN_TREES)).toEqual(TREE_RULES.map(({ id }) => id));
});

describe.each(Object.entries(KNOWN_TREES))('%s', (id, { files, name, launch, build, built }) => {
  test('is recognised, and what is started there is what launch.json would say', async () => {
    const trees = await recognised(files);
    expect(trees).toMatchObject([{ rule: { id }, folder: '', name, build, missing: [] }]);
    expect(trees[0]?.launch).toEqual(launch);
    expect(checkLaunch(launch, ['riscv64'])).toBeDefined();
  });

  test('is recognised in a folder of a folder, with paths from the top on', async () => {
    const [tree, another] = await recognised(below('work/it', files));
    expect(another).toBeUndefined();
    expect(tree).toMatchObject({ rule: { id }, folder: 'work/it', missing: [] });
    expect(tree?.launch?.program).toBe(`work/it/${(launch as { program: string }).program}`);
  });

  test('says what is missing before it is built', async () => {
    const sources = Object.fromEntries(Object.entries(files).filter(([path]) => !built.includes(path)));
    const [tree] = await recognised(sources);
    expect(tree).toMatchObject({ rule: { id }, missing: built });
    if (built.length > 0) expect(tree?.launch?.program).toBe((launch as { program: string }).program);
  });
});

describe('trees', () => {
  const xv6 = KNOWN_TREES['xv6-riscv']!.files;

  test('of several folders are all found, and those of their own rule inside another as well', async () => {
    const cargo = KNOWN_TREES.cargo!.files;
    const trees = await recognised({ ...below('a', xv6), ...below('b', cargo), ...below('b/inner', cargo) });
    expect(trees.map(({ folder, rule }) => `${rule.id} ${folder}`)).toEqual([
      'xv6-riscv a',
      'cargo b',
      'cargo b/inner',
    ]);
  });

  test('xv6 with a driver for the newer interface gets its disk there', async () => {
    const { Makefile: _, ...files } = xv6;
    const driver = { ...files, 'kernel/virtio_disk.c': 'if(*R(VIRTIO_MMIO_VERSION) != 2 ||\n' };
    expect((await recognised(driver))[0]?.launch?.disk).toEqual({ path: 'fs.img', bus: 'virtio-mmio' });
    expect((await recognised(files))[0]?.launch?.disk).toEqual({ path: 'fs.img', bus: 'virtio-mmio-legacy' });
    const makefile = String(xv6.Makefile).replace('-nographic', '-global virtio-mmio.force-legacy=false');
    expect((await recognised({ ...xv6, Makefile: makefile }))[0]?.launch?.disk).toMatchObject({ bus: 'virtio-mmio' });
  });

  test('more harts than a machine has are as many as it has', async () => {
    const files = KNOWN_TREES.makefile!.files;
    const [tree] = await recognised({ ...files, Makefile: String(files.Makefile).replace('cpus=2', '16') });
    expect(tree?.launch?.machine?.harts).toBe(launchSchema.properties.machine.properties.harts.maximum);
  });

  test('Linux with a disk gets its root there, beside an initial RAM disk or not', async () => {
    const [tree] = await recognised({ ...KNOWN_TREES.linux!.files, 'rootfs.ext2': 'files' });
    expect(tree?.launch?.append).toBe('console=ttyS0 earlycon=sbi nokaslr root=/dev/vda rw');
  });

  test('of several builds the newest is started', async () => {
    const files = {
      ...KNOWN_TREES.cargo!.files,
      'target/riscv64gc-unknown-none-elf/release/toy': program(0x8020_0000n),
    };
    const ages = { 'target/riscv64gc-unknown-none-elf/release/toy': 2 };
    const [tree] = await recognisedTrees(memoryTree(files, ages));
    expect(tree?.launch?.program).toBe('target/riscv64gc-unknown-none-elf/release/toy');
  });

  test('a crate for the host, a C program and an empty folder are none', async () => {
    expect(await recognised({ 'Cargo.toml': '[package]\nname = "tool"\n', 'src/main.rs': 'fn main() {}' })).toEqual([]);
    expect(await recognised({ Makefile: 'all:\n\tcc main.c\n', 'main.c': 'int main(void) { return 0; }' })).toEqual([]);
    expect(await recognised({})).toEqual([]);
  });
});
