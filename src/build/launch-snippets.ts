// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are VS Code's placeholders and variables.
/** Whole configurations that launch.json offers under "Add Configuration…". */
export const launchSnippets = [
  {
    label: 'Worldstep: Bundled Kernel',
    description: 'Debug a kernel that comes with Worldstep.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Debug ${1:msgqueue}',
      program: 'bundled:${1:msgqueue}',
    },
  },
  {
    label: 'Worldstep: My Kernel (ELF)',
    description: 'Debug an ELF file and stop at its main function.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Debug ${1:my kernel}',
      program: '^"\\${workspaceFolder}/${2:target/riscv64gc-unknown-none-elf/release/kernel}"',
      runTo: '${3:main}',
    },
  },
  {
    label: 'Worldstep: Flat Binary',
    description: 'Debug a flat binary, with the symbols of its ELF file.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Debug ${1:kernel.bin}',
      arch: 'riscv64',
      program: '^"\\${workspaceFolder}/${1:kernel.bin}"',
      images: [{ path: '^"\\${workspaceFolder}/${2:kernel.elf}"', symbolsOnly: true }],
      stopOnEntry: true,
    },
  },
  {
    label: 'Worldstep: Several Harts',
    description: 'Debug an ELF file on a machine with four processors.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Debug ${1:my kernel} on ${2:4} harts',
      program: '^"\\${workspaceFolder}/${3:kernel.elf}"',
      machine: { harts: '^${2:4}', memory: '${4:256M}' },
    },
  },
  {
    label: 'Worldstep: With Firmware',
    description: 'Start firmware in M-mode, with the kernel as its payload.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Debug ${1:my kernel} under firmware',
      program: '^"\\${workspaceFolder}/${2:kernel.elf}"',
      bios: '^"\\${workspaceFolder}/${3:fw_dynamic.bin}"',
      stopOnEntry: true,
    },
  },
];
