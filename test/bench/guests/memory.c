#include "bench.h"

void *memset(void *to, int byte, size_t count)
{
    uint8_t *at = to;
    while (count--)
        *at++ = (uint8_t)byte;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    uint8_t *at = to;
    const uint8_t *source = from;
    while (count--)
        *at++ = *source++;
    return to;
}
