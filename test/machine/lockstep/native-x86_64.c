/*
 * Executes the blocks of a random program on the processor of the host, as test/machine/guests/x86_64/lockstep.s does on a machine.
 * stdin: the program's image from PROGRAM on; stdout: for each block the folded number and the record. Linux on x86-64.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define PROGRAM 0x400000UL
#define PROGRAM_SIZE 0x10000UL
#define HEADER_AT 0x20000UL
#define LDT_AT 0x20100UL
#define RECORDS_AT 0x21000UL
#define SCRATCH 0x600000UL
#define PAGE 4096UL
#define STATUS 0xcd5UL
#define FOLD 0x482UL /* Error code of INT 0x90 where its gate is not for programs. */
#define MULTIPLIER 0x9e3779b97f4a7c15UL

struct record {
  uint64_t registers[16];
  uint64_t flags, rip;
  uint16_t cs, ss, ds, es, fs, gs;
  uint32_t unused;
  uint64_t fs_base, gs_base, exceptions, address;
  uint8_t fx[512];
};

static const int PLACES[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                               REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

static uint8_t image[1 << 26];
static uint8_t pristine[16 * PAGE];
static struct record *current;
static volatile uint64_t exceptions, address, last;
static uint64_t home_fs;
static gregset_t home;
static uint8_t home_fx[512] __attribute__((aligned(16)));

static void put(void *to, const void *from, unsigned long count) { __asm__ volatile("cld\n rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory"); }

static void enter(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
  greg_t *registers = machine->gregs;
  put(home, registers, sizeof home);
  put(home_fx, machine->fpregs, 416);
  put(machine->fpregs, current->fx, 416);
  for (int at = 0; at < 16; at++) registers[PLACES[at]] = (greg_t)current->registers[at];
  registers[REG_EFL] = (greg_t)current->flags;
  registers[REG_RIP] = (greg_t)current->rip;
  registers[REG_CSGSFS] = (greg_t)(current->cs | (uint64_t)current->ss << 48);
  __asm__ volatile("mov %0, %%ds\n mov %1, %%es\n mov %2, %%gs" : : "r"((int)current->ds), "r"((int)current->es), "r"((int)current->gs));
  __asm__ volatile("mov %0, %%fs" : : "r"((int)current->fs));
  if (current->cs == 0x33)
    __asm__ volatile("wrfsbase %0\n wrgsbase %1" : : "r"(current->fs_base), "r"(current->gs_base));
}

static void leave(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  /* Linux leaves AC as the program had it. */
  __asm__ volatile("pushfq\n andl $~0x40000, (%%rsp)\n popfq\n mov %0, %%fs\n wrfsbase %1\n mov %2, %%ds\n mov %2, %%es\n mov %0, %%gs" : : "r"(0), "r"(home_fs), "r"(0x2b));
  mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
  greg_t *registers = machine->gregs;
  uint64_t vector = (uint64_t)registers[REG_TRAPNO], code = (uint64_t)registers[REG_ERR];
  if (!(vector == 13 && code == FOLD)) {
    uint64_t at = (uint64_t)registers[REG_RIP];
    exceptions = (exceptions ^ (vector << 32 | code)) * MULTIPLIER;
    if (vector == 14) {
      address = (uint64_t)registers[REG_CR2];
      exceptions = (exceptions ^ address) * MULTIPLIER;
    }
    exceptions = (exceptions ^ at) * MULTIPLIER;
    last = vector << 32 | code;
    if ((registers[REG_CSGSFS] & 0xffff) != 7) at -= PROGRAM;
    uint8_t length = at < PROGRAM_SIZE ? image[PROGRAM_SIZE + at] : 0;
    if (length != 0) {
      registers[REG_RIP] += length;
      __asm__ volatile("mov %0, %%ds\n mov %1, %%es\n mov %2, %%gs" : : "r"((int)current->ds), "r"((int)current->es), "r"((int)current->gs));
      __asm__ volatile("mov %0, %%fs" : : "r"((int)current->fs));
      if (current->cs == 0x33)
        __asm__ volatile("wrfsbase %0\n wrgsbase %1" : : "r"(current->fs_base), "r"(current->gs_base));
      return;
    }
  }
  for (int at = 0; at < 16; at++) current->registers[at] = (uint64_t)registers[PLACES[at]];
  if (current->cs != 0x33)
    for (int at = 0; at < 16; at++) current->registers[at] = at < 8 ? (uint32_t)current->registers[at] : 0;
  current->flags = (uint64_t)registers[REG_EFL] & STATUS;
  current->rip = 0;
  current->exceptions = exceptions;
  current->address = address;
  put(current->fx, machine->fpregs, 416);
  memset(current->fx + 6, 0, 18);
  memset(current->fx + 28, 0, 4);
  put(registers, home, sizeof home);
  put(machine->fpregs, home_fx, 416);
}

static uint64_t mix(uint64_t sum, const void *from, unsigned long bytes) {
  for (unsigned long at = 0; at < bytes; at += 8) {
    uint64_t word;
    memcpy(&word, (const uint8_t *)from + at, 8);
    sum = (sum ^ word) * MULTIPLIER;
    sum ^= sum >> 29;
  }
  return sum;
}

static void *map(uint64_t at, uint64_t bytes) {
  void *there = mmap((void *)at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE, -1, 0);
  if (there != (void *)at) exit(1);
  return there;
}

static void describe(int number, uint64_t raw) {
  unsigned type = (unsigned)(raw >> 40) & 0xf;
  struct user_desc one = {
      .entry_number = (unsigned)number,
      .base_addr = (unsigned)((raw >> 16 & 0xffffff) | (raw >> 56) << 24),
      .limit = (unsigned)((raw & 0xffff) | (raw >> 48 & 0xf) << 16),
      .seg_32bit = (unsigned)(raw >> 54) & 1,
      .contents = type >> 2,
      .read_exec_only = !(type & 2),
  };
  if (syscall(SYS_modify_ldt, 0x11, &one, sizeof one) != 0) exit(2);
}

int main(void) {
  static struct record out;
  if (fread(image, 1, sizeof image, stdin) < RECORDS_AT) return 3;
  uint64_t value = 0x2545f4914f6cdd1d;
  for (unsigned long at = 0; at < sizeof pristine; at += 8) {
    value ^= value << 13, value ^= value >> 7, value ^= value << 17;
    memcpy(pristine + at, &value, 8);
  }
  memcpy(map(PROGRAM, PROGRAM_SIZE), image, PROGRAM_SIZE);
  mprotect((void *)PROGRAM, PROGRAM_SIZE, PROT_READ | PROT_EXEC);
  map(SCRATCH, 6 * PAGE);
  map(SCRATCH + 7 * PAGE, 6 * PAGE);
  memcpy((void *)(SCRATCH + 12 * PAGE), pristine + 12 * PAGE, PAGE);
  mprotect((void *)(SCRATCH + 12 * PAGE), PAGE, PROT_READ);
  for (int at = 0; at < 7; at++) {
    uint64_t raw;
    memcpy(&raw, image + LDT_AT + 8 * at, 8);
    describe(at, raw);
  }
  syscall(SYS_arch_prctl, ARCH_GET_FS, &home_fs);
  stack_t stack = {.ss_sp = malloc(1 << 18), .ss_size = 1 << 18};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = enter, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGUSR1, &action, NULL);
  action.sa_sigaction = leave;
  const int faults[] = {SIGTRAP, SIGSEGV, SIGILL, SIGFPE, SIGBUS};
  for (int at = 0; at < 5; at++) sigaction(faults[at], &action, NULL);
  __asm__ volatile("mov %0, %%ds\n mov %0, %%es" : : "r"(0x2b));
  uint32_t count;
  memcpy(&count, image + HEADER_AT, 4);
  for (uint32_t at = 0; at < count; at++) {
    memcpy((void *)SCRATCH, pristine, 6 * PAGE);
    memcpy((void *)(SCRATCH + 7 * PAGE), pristine + 7 * PAGE, 5 * PAGE);
    current = (struct record *)(image + RECORDS_AT) + at;
    current->fx[5] = 0;
    exceptions = address = last = 0;
    raise(SIGUSR1);
    out = *current;
    out.rip = last;
    uint64_t sum = mix(0x243f6a8885a308d3, current, sizeof *current);
    sum = mix(sum, (void *)SCRATCH, 6 * PAGE);
    sum = mix(sum, (void *)(SCRATCH + 7 * PAGE), 6 * PAGE);
    fwrite(&sum, 8, 1, stdout);
    fwrite(&out, sizeof out, 1, stdout);
  }
  return 0;
}
