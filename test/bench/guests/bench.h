/* What the benchmark programs share: types and printing. */
#include <stddef.h>
#include <stdint.h>

static inline void print(const char *text)
{
    for (; *text; text++) {
#ifdef __x86_64__
        __asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"((uint16_t)UART));
#else
        *(volatile uint8_t *)UART = (uint8_t)*text;
#endif
    }
}

static inline void print_result(const char *name, uint64_t value)
{
    char digits[17];
    for (int at = 0; at < 16; at++)
        digits[at] = "0123456789abcdef"[(value >> (60 - 4 * at)) & 15];
    digits[16] = 0;
    print(name);
    print(" ");
    print(digits);
    print("\n");
}

/* A small generator with a fixed start, so that every run does the same work. */
static uint64_t random_state = 0x9e3779b97f4a7c15;
static inline uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* The compiler calls these even in a freestanding program. */
void *memset(void *to, int byte, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);
