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
    label: 'Worldstep: Build with Cargo, Then Debug',
    description: 'Build a crate with cargo, then debug the program that cargo names.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Build and debug ${1:my kernel}',
      cargo: { args: ['build', '-p', '${2:kernel}'] },
    },
  },
  {
    label: 'Worldstep: Build, Then Debug',
    description: 'Build a kernel that has a kernel.json, then debug what was built.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Build and debug ${1:msgqueue}',
      program: '^"\\${workspaceFolder}/${2:${1:msgqueue}/kernel.json}"',
      preLaunchTask: 'worldstep: build ${1:msgqueue} (${3:riscv64})',
    },
  },
  {
    label: 'Worldstep: With a New Flash Image',
    description: 'Make the image of a flash bank, as a kernel.json declares it, then debug with it.',
    body: {
      type: 'worldstep',
      request: 'launch',
      name: 'Debug ${1:msgqueue} with a new flash image',
      program: '^"\\${workspaceFolder}/${2:${1:msgqueue}/kernel.json}"',
      pflash1: '^"\\${workspaceFolder}/${1:msgqueue}/target/${1:msgqueue}-${3:riscv64}-pflash1.img"',
      preLaunchTask: 'worldstep: make pflash1 image of ${1:msgqueue} (${3:riscv64})',
    },
  },
  {
    label: 'Worldstep: Attach',
    description: 'Look on at a kernel that another editor debugs with "worldstep dap --port".',
    body: { type: 'worldstep', request: 'attach', name: 'Attach to port ${1:4711}', port: '^${1:4711}' },
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
