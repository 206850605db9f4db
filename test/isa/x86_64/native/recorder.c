/*
 * Executes single instructions on the processor of the host, each in a state of its own, and tells what they left.
 * stdin: cases, stdout: results, as laid out below. Linux on x86-64.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE ((uint8_t *)0x80000000)
#define DATA ((uint8_t *)0x80001000)
#define BYTES 0x1000

struct test {
  uint8_t code[16];
  uint64_t registers[16];
  uint64_t flags;
  /* Selector of the code: 0x33 for that of 64 bits, 0x23 for 32. */
  uint64_t cs;
  uint8_t memory[BYTES];
};
struct result {
  uint64_t registers[16];
  uint64_t flags;
  uint64_t ip;
  /* Vector of the exception: 3 behind an instruction that is complete. */
  uint64_t vector;
  uint8_t memory[BYTES];
};

/* Registers by their numbers in instructions. */
static const int PLACES[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                               REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

static struct test test;
static struct result result;
static gregset_t home;

static void enter(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  memcpy(home, registers, sizeof home);
  for (int at = 0; at < 16; at++) registers[PLACES[at]] = (greg_t)test.registers[at];
  registers[REG_EFL] = (greg_t)(test.flags | 0x202);
  registers[REG_RIP] = (greg_t)CODE;
  registers[REG_CSGSFS] = (registers[REG_CSGSFS] & ~0xffffLL) | (greg_t)test.cs;
}

static void leave(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  for (int at = 0; at < 16; at++) result.registers[at] = (uint64_t)registers[PLACES[at]];
  result.flags = (uint64_t)registers[REG_EFL];
  result.ip = (uint64_t)registers[REG_RIP];
  result.vector = (uint64_t)registers[REG_TRAPNO];
  memcpy(registers, home, sizeof home);
}

int main(void) {
  /* Segments that 32-bit code needs, and 64-bit code does not look at. */
  __asm__ volatile("mov %0, %%ds\n mov %0, %%es" : : "r"(0x2b));
  if (mmap(CODE, 2 * BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != CODE)
    return 1;
  stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = enter, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGUSR1, &action, NULL);
  action.sa_sigaction = leave;
  const int faults[] = {SIGTRAP, SIGSEGV, SIGILL, SIGFPE, SIGBUS};
  for (int at = 0; at < 5; at++) sigaction(faults[at], &action, NULL);
  while (fread(&test, sizeof test, 1, stdin) == 1) {
    memset(CODE, 0xcc, BYTES);
    memcpy(CODE, test.code, sizeof test.code);
    memcpy(DATA, test.memory, BYTES);
    memset(&result, 0, sizeof result);
    raise(SIGUSR1);
    memcpy(result.memory, DATA, BYTES);
    fwrite(&result, sizeof result, 1, stdout);
  }
  return 0;
}
