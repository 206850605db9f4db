/* Eratosthenes' sieve over bytes: stores with growing strides, then a counting pass. */
#include "bench.h"

#define LIMIT 2000000
#define ROUNDS 6

static uint8_t composite[LIMIT];

int main(void)
{
    uint64_t sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        memset(composite, 0, LIMIT);
        for (uint32_t i = 2; i * i < LIMIT; i++) {
            if (composite[i])
                continue;
            for (uint32_t j = i * i; j < LIMIT; j += i)
                composite[j] = 1;
        }
        for (uint32_t i = 2; i < LIMIT; i++)
            sum += composite[i] ^ 1;
    }
    print_result("sieve", sum);
    return sum == 148933u * ROUNDS ? 0 : 1;
}
