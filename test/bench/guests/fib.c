/* Fibonacci by recursion: calls, returns and stack traffic. */
#include "bench.h"

#ifdef __clang__
#define KEEP_CALLS __attribute__((noinline, disable_tail_calls))
#else
#define KEEP_CALLS __attribute__((noinline, optimize("no-optimize-sibling-calls", "no-ipa-cp", "no-inline")))
#endif

KEEP_CALLS static uint64_t
fib(uint64_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(void)
{
    uint64_t value = fib(34);
    print_result("fib", value);
    return value == 5702887 ? 0 : 1;
}
