/* Follows a random cycle of pointers through 4 MiB: every load depends on the one before and misses the caches. */
#include "bench.h"

#define NODES (4 * 1024 * 1024 / 8)
#define STEPS 10000000

static uint64_t *nodes[NODES];

int main(void)
{
    static uint32_t order[NODES];
    for (uint32_t i = 0; i < NODES; i++)
        order[i] = i;
    for (uint32_t i = NODES - 1; i > 0; i--) {
        uint32_t j = next_random() % (i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (uint32_t i = 0; i < NODES; i++)
        nodes[order[i]] = (uint64_t *)&nodes[order[(i + 1) % NODES]];
    uint64_t *at = (uint64_t *)&nodes[0];
    for (uint32_t step = 0; step < STEPS; step++)
        at = (uint64_t *)*at;
    print_result("chase", (uint64_t)at);
    return 0;
}
