#!/usr/bin/env bash
# Makes build/kernel.elf of the sources beside this file, with gcc-riscv64-linux-gnu of Debian 12. It is committed, so
# that the tests need no compiler. The walk copies all of it to FOLDER, where the debug information says the sources are.
set -euo pipefail
cd "$(dirname "$0")"
FOLDER=/tmp/worldstep-own-kernel
mkdir -p build
riscv64-linux-gnu-gcc -march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding -nostdlib -static -no-pie -fno-pic \
  -fno-stack-protector -fno-asynchronous-unwind-tables -gdwarf-5 -O0 "-ffile-prefix-map=$PWD=$FOLDER" -Wl,--build-id=none \
  -Wl,--no-warn-rwx-segments -T kernel.ld -o build/kernel.elf start.S kernel.c
