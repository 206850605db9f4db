/*
 * The first program of a Linux for arm64 whose hypervisor has a guest of a few instructions: it computes, reads and writes what is no
 * memory, and switches itself off. Without a library.
 */
typedef unsigned long u64;
typedef unsigned int u32;

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

static void say(const char *text) {
  long length = 0;
  while (text[length]) length++;
  call(64, 1, (long)text, length, 0, 0, 0);
}

static void say_hex(u64 value) {
  char digits[17];
  for (int i = 0; i < 16; i++) digits[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
  digits[16] = 0;
  say(digits);
}

static void off(void) {
  call(142, 0xfee1dead, 672274793, 0x4321fedc, 0, 0, 0);
  for (;;) {}
}

static long must(const char *what, long result) {
  if (result >= 0) return result;
  say("init: ");
  say(what);
  say(" failed: -");
  say_hex(-result);
  say("\n");
  off();
  return 0;
}

/* Linux, include/uapi/linux/kvm.h and arch/arm64/include/uapi/asm/kvm.h */
enum {
  CREATE_VM = 0xae01, VCPU_MMAP_SIZE = 0xae04, CREATE_VCPU = 0xae41, RUN = 0xae80,
  SET_MEMORY = 0x4020ae46, PREFERRED_TARGET = 0x8020aeaf, VCPU_INIT = 0x4020aeae, SET_ONE_REG = 0x4010aeac,
};
enum { EXIT_MMIO = 6, EXIT_SYSTEM_EVENT = 24 };
#define REG_PC 0x6030000000100040ul
#define PSCI_0_2 (1u << 2)

struct memory { u32 slot, flags; u64 guest_physical, size, at; };
struct target { u32 target, features[7]; };
struct one_reg { u64 id, at; };
struct run {
  unsigned char requests[8];
  u32 exit_reason;
  u32 others[5];
  struct { u64 physical; u64 data; u32 length; unsigned char is_write; } mmio;
};

/* x1 = 1 + … + 100; a store, a load, its sum with x1 stored at EL1 with what CurrentEL says; PSCI's SYSTEM_OFF. */
__asm__(
  ".pushsection .rodata\n.balign 4\nguest:\n"
  "  mov x0, #100\n  mov x1, #0\n1: add x1, x1, x0\n  subs x0, x0, #1\n  b.ne 1b\n"
  "  mov x2, #0x10000000\n  str x1, [x2]\n  ldr w3, [x2, #8]\n  add x1, x1, x3\n  mrs x4, CurrentEL\n"
  "  add x1, x1, x4, lsl #28\n  str x1, [x2, #16]\n"
  "  mov w0, #0x84000000\n  add w0, w0, #8\n  hvc #0\n2: b 2b\nguest_end:\n.popsection\n");
extern const u32 guest[], guest_end[];

#define RAM 0x40000000ul
#define SIZE 0x10000ul

static long map(long size, long file, long flags) { return call(222, 0, size, 3, flags, file, 0); }
static long control(long file, u32 what, long argument) { return call(29, file, what, argument, 0, 0, 0); }

void _start(void) {
  say("init: the first program runs in user mode\n");
  call(33, -100, (long)"/dev/kvm", 0020600, 10 << 8 | 232, 0, 0);
  long kvm = must("open", call(56, -100, (long)"/dev/kvm", 02, 0, 0, 0));
  long vm = must("CREATE_VM", control(kvm, CREATE_VM, 0));
  long ram = must("mmap", map(SIZE, -1, 0x21));
  for (long i = 0; guest + i < guest_end; i++) ((volatile u32 *)ram)[i] = guest[i];
  struct memory memory = { 0, 0, RAM, SIZE, ram };
  must("SET_USER_MEMORY_REGION", control(vm, SET_MEMORY, (long)&memory));
  long vcpu = must("CREATE_VCPU", control(vm, CREATE_VCPU, 0));
  struct target target = { 0 };
  must("PREFERRED_TARGET", control(vm, PREFERRED_TARGET, (long)&target));
  target.features[0] |= PSCI_0_2;
  must("VCPU_INIT", control(vcpu, VCPU_INIT, (long)&target));
  u64 pc = RAM;
  struct one_reg reg = { REG_PC, (u64)&pc };
  must("SET_ONE_REG", control(vcpu, SET_ONE_REG, (long)&reg));
  volatile struct run *run = (volatile struct run *)must("mmap", map(must("GET_VCPU_MMAP_SIZE", control(kvm, VCPU_MMAP_SIZE, 0)), vcpu, 1));
  for (;;) {
    must("RUN", control(vcpu, RUN, 0));
    if (run->exit_reason == EXIT_SYSTEM_EVENT) break;
    if (run->exit_reason != EXIT_MMIO) {
      say("init: the guest ended with ");
      say_hex(run->exit_reason);
      say("\n");
      off();
    }
    say(run->mmio.is_write ? "guest: wrote " : "guest: reads ");
    if (run->mmio.is_write) say_hex(run->mmio.data);
    else run->mmio.data = 7;
    say(" at ");
    say_hex(run->mmio.physical);
    say("\n");
  }
  say("init: the guest has switched off\n");
  off();
}
