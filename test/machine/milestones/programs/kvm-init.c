/*
 * The first program of a Linux that has KVM: loads the modules that the initial RAM disk has, runs two guests on each processor,
 * one in real mode and one in long mode, says what came of them, and switches the machine off. Without a library.
 */
#include <asm/unistd.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define CALL(name, a, b, c, d) call(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

void *memset(void *to, int value, size_t count)
{
	unsigned char *at = to;
	while (count--)
		*at++ = value;
	return to;
}

void *memcpy(void *to, const void *from, size_t count)
{
	unsigned char *at = to;
	const unsigned char *source = from;
	while (count--)
		*at++ = *source++;
	return to;
}

static void print(const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	CALL(write, 1, text, length, 0);
}

static void print_number(long value)
{
	char digits[24];
	char *at = digits + sizeof digits - 1;
	unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;
	*at = 0;
	do
		*--at = '0' + rest % 10;
	while (rest /= 10);
	if (value < 0)
		*--at = '-';
	print(at);
}

static void power_off(void)
{
	CALL(reboot, 0xfee1dead, 672274793, 0x4321fedc, 0);
	for (;;)
		;
}

/* What must not fail: says what did, and ends. */
static long must(const char *what, long result)
{
	if (result >= 0)
		return result;
	print("init: ");
	print(what);
	print(" fails with ");
	print_number(result);
	print("\n");
	power_off();
	return 0;
}

static void *map(size_t size, int file)
{
	const int read_write = 3, is_shared = 1, is_anonymous = 0x20;
	return (void *)must("mmap",
			    call(__NR_mmap, 0, size, read_write, file < 0 ? is_shared | is_anonymous : is_shared, file, 0));
}

static void load_modules(void)
{
	char name[] = "/modules/0.ko";
	for (; name[9] <= '9'; name[9]++) {
		long file = CALL(open, name, 0, 0, 0);
		if (file < 0)
			break;
		must(name, CALL(finit_module, file, "", 0, 0));
		CALL(close, file, 0, 0, 0);
	}
}

/* Guests, in machine code. */
extern const unsigned char real_guest[], real_guest_end[], long_guest[], long_guest_trap[], long_guest_end[];

/*
 * Both add numbers that they get from outside, tell the sum, write it to an address where nobody has memory, and halt. The one in
 * long mode goes through an interrupt gate before, and reads CPUID and the time.
 */
__asm__(".section .rodata\n"
	".global real_guest, real_guest_end, long_guest, long_guest_trap, long_guest_end\n"
	".code16\n"
	"real_guest:\n"
	"	xorw %ax, %ax\n"
	"	movw %ax, %ss\n"
	"	movw $0x3000, %sp\n"
	"	inb $0x11, %al\n"
	"	movb %al, %bl\n"
	"	inb $0x11, %al\n"
	"	addb %bl, %al\n"
	"	outb %al, $0x10\n"
	"	movw $0x8000, %dx\n"
	"	movw %dx, %ds\n"
	"	movb %al, 0x10\n"
	"	hlt\n"
	"real_guest_end:\n"
	".code64\n"
	"long_guest:\n"
	"	lgdt 0x1100\n"
	"	lidt 0x1110\n"
	"	int $3\n"
	"	xorl %eax, %eax\n"
	"	cpuid\n"
	"	rdtsc\n"
	"	movq %rax, %r9\n"
	"	xorl %eax, %eax\n"
	"	inb $0x11, %al\n"
	"	addl %eax, %r8d\n"
	"	inb $0x11, %al\n"
	"	addl %eax, %r8d\n"
	"	movl %r8d, %eax\n"
	"	outb %al, $0x10\n"
	"	movl $0x80010, %ecx\n"
	"	movb %al, (%rcx)\n"
	"	hlt\n"
	"long_guest_trap:\n"
	"	movl $100, %r8d\n"
	"	iretq\n"
	"long_guest_end:\n"
	".text\n");

enum { MEMORY = 0x10000, CODE = 0x1000, GDTR = 0x1100, IDTR = 0x1110, GDT = 0x1200, IDT = 0x1300, TABLES = 0x4000 };

static void put(unsigned char *memory, unsigned at, uint64_t value)
{
	memcpy(memory + at, &value, sizeof value);
}

static void put_descriptor_register(unsigned char *memory, unsigned at, uint16_t limit, uint64_t base)
{
	memcpy(memory + at, &limit, sizeof limit);
	memcpy(memory + at + 2, &base, sizeof base);
}

static void enter_long_mode(unsigned char *memory, struct kvm_sregs *sregs)
{
	struct kvm_segment flat = { .limit = 0xffffffff, .selector = 8, .present = 1, .type = 11, .s = 1, .l = 1, .g = 1 };
	/* The first 2 MiB, as they are. */
	put(memory, TABLES, TABLES + 0x1000 + 3);
	put(memory, TABLES + 0x1000, TABLES + 0x2000 + 3);
	put(memory, TABLES + 0x2000, 0x83);
	put(memory, GDT + 8, 0x00af9b000000ffff);
	put(memory, GDT + 16, 0x00cf93000000ffff);
	put_descriptor_register(memory, GDTR, 23, GDT);
	put_descriptor_register(memory, IDTR, 16 * 4 - 1, IDT);
	put(memory, IDT + 16 * 3, (CODE + (long_guest_trap - long_guest)) | 8 << 16 | 0x8e0000000000);
	sregs->cr0 = 0x80000011;
	sregs->cr3 = TABLES;
	sregs->cr4 = 0x20;
	sregs->efer = 0x500;
	sregs->cs = flat;
	flat.selector = 16;
	flat.type = 3;
	flat.l = 0;
	flat.db = 1;
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = flat;
}

struct result {
	int said;
	int stored;
	long stored_at;
	int exits;
	int last;
	int is_halted;
};

/* The guest's processor has what KVM can give: without it there is no long mode. */
static void set_cpuid(int kvm, long vcpu)
{
	enum { MOST = 128 };
	static uint64_t room[(sizeof(struct kvm_cpuid2) + MOST * sizeof(struct kvm_cpuid_entry2)) / 8];
	struct kvm_cpuid2 *cpuid = (struct kvm_cpuid2 *)room;
	cpuid->nent = MOST;
	must("KVM_GET_SUPPORTED_CPUID", CALL(ioctl, kvm, KVM_GET_SUPPORTED_CPUID, cpuid, 0));
	must("KVM_SET_CPUID2", CALL(ioctl, vcpu, KVM_SET_CPUID2, cpuid, 0));
}

static struct result run_guest(int kvm, int is_long)
{
	struct result result = { -1, -1, 0, 0, 0, 0 };
	long vm = must("KVM_CREATE_VM", CALL(ioctl, kvm, KVM_CREATE_VM, 0, 0));
	unsigned char *memory = map(MEMORY, -1);
	const unsigned char *code = is_long ? long_guest : real_guest;
	memcpy(memory + CODE, code, (is_long ? long_guest_end : real_guest_end) - code);
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY, .userspace_addr = (uintptr_t)memory };
	must("KVM_SET_USER_MEMORY_REGION", CALL(ioctl, vm, KVM_SET_USER_MEMORY_REGION, &region, 0));
	long vcpu = must("KVM_CREATE_VCPU", CALL(ioctl, vm, KVM_CREATE_VCPU, 0, 0));
	long size = must("KVM_GET_VCPU_MMAP_SIZE", CALL(ioctl, kvm, KVM_GET_VCPU_MMAP_SIZE, 0, 0));
	volatile struct kvm_run *run = map(size, vcpu);
	set_cpuid(kvm, vcpu);
	struct kvm_sregs sregs;
	must("KVM_GET_SREGS", CALL(ioctl, vcpu, KVM_GET_SREGS, &sregs, 0));
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (is_long)
		enter_long_mode(memory, &sregs);
	must("KVM_SET_SREGS", CALL(ioctl, vcpu, KVM_SET_SREGS, &sregs, 0));
	struct kvm_regs registers = { .rip = CODE, .rsp = 0x3000, .rflags = 2 };
	must("KVM_SET_REGS", CALL(ioctl, vcpu, KVM_SET_REGS, &registers, 0));
	int next = 20;
	while (!result.is_halted && result.exits < 10) {
		must("KVM_RUN", CALL(ioctl, vcpu, KVM_RUN, 0, 0));
		result.exits++;
		result.last = run->exit_reason;
		if (run->exit_reason == KVM_EXIT_IO) {
			volatile unsigned char *data = (volatile unsigned char *)run + run->io.data_offset;
			if (run->io.direction == KVM_EXIT_IO_OUT)
				result.said = *data;
			else
				*data = next++;
		} else if (run->exit_reason == KVM_EXIT_MMIO) {
			result.stored = run->mmio.data[0];
			result.stored_at = run->mmio.phys_addr;
		} else if (run->exit_reason == KVM_EXIT_HLT) {
			result.is_halted = 1;
		} else {
			break;
		}
	}
	CALL(munmap, run, size, 0, 0);
	CALL(munmap, memory, MEMORY, 0, 0);
	CALL(close, vcpu, 0, 0, 0);
	CALL(close, vm, 0, 0, 0);
	return result;
}

static void tell(const char *mode, int processor, const struct result *result)
{
	print("kvm: processor ");
	print_number(processor);
	print(", guest in ");
	print(mode);
	print(" mode: says ");
	print_number(result->said);
	print(", stores ");
	print_number(result->stored);
	print(" at ");
	print_number(result->stored_at);
	print(result->is_halted ? ", halts after " : ", ends otherwise after ");
	print_number(result->exits);
	print(" exits");
	if (!result->is_halted) {
		print(", the last ");
		print_number(result->last);
	}
	print("\n");
}

static void run_guests(int kvm)
{
	for (int processor = 0; processor < 64; processor++) {
		uint64_t set = 1ull << processor;
		if (CALL(sched_setaffinity, 0, sizeof set, &set, 0) < 0)
			break;
		struct result result = run_guest(kvm, 0);
		tell("real", processor, &result);
		result = run_guest(kvm, 1);
		tell("long", processor, &result);
	}
}

__asm__(".global _start\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n"
	"	call begin\n");

void begin(void)
{
	print("init: the first program runs in user mode\n");
	must("mount of /dev", call(__NR_mount, (long)"dev", (long)"/dev", (long)"devtmpfs", 0, 0, 0));
	load_modules();
	long kvm = must("open of /dev/kvm", CALL(open, "/dev/kvm", 2, 0, 0));
	print("kvm: version ");
	print_number(CALL(ioctl, kvm, KVM_GET_API_VERSION, 0, 0));
	print("\n");
	run_guests(kvm);
	print("kvm: done\n");
	power_off();
}
