/* A kernel as somebody's first one is: S-mode, the firmware's console, one array to look at. */
typedef unsigned long u64;

static u64 sbi(u64 extension, u64 function, u64 one, u64 two) {
  register u64 a0 __asm__("a0") = one;
  register u64 a1 __asm__("a1") = two;
  register u64 a6 __asm__("a6") = function;
  register u64 a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
  return a1;
}

static void print(const char *text) {
  while (*text) sbi(1, 0, (u64)*text++, 0);
}

u64 squares[8];

static u64 fill(void) {
  u64 sum = 0;
  for (u64 i = 0; i < 8; i++) {
    squares[i] = i * i;
    sum += squares[i];
  }
  return sum;
}

void kmain(u64 hart) {
  print("own kernel\n");
  u64 sum = fill();
  print(sum == 140 && hart == 0 ? "sum is right\n" : "sum is wrong\n");
  sbi(0x53525354, 0, 0, 0);
  for (;;) __asm__ volatile("wfi");
}
