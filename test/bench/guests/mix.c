/*
 * The mixture that small embedded benchmarks measure, written anew: a linked list that is searched, reversed and sorted;
 * integer matrices; a state machine that reads numbers out of text; a CRC over all results.
 */
#include "bench.h"

#define ROUNDS 2000
#define ITEMS 96
#define SIZE 16

struct item {
    struct item *next;
    int16_t value, index;
};

static struct item items[ITEMS];
static int16_t a[SIZE][SIZE], b[SIZE][SIZE];
static int32_t c[SIZE][SIZE];

static uint16_t crc16(uint16_t crc, uint32_t value)
{
    for (int bit = 0; bit < 32; bit++) {
        uint16_t mixed = (uint16_t)((value >> bit ^ crc) & 1);
        crc >>= 1;
        if (mixed)
            crc ^= 0xa001;
    }
    return crc;
}

static struct item *reverse(struct item *list)
{
    struct item *done = NULL;
    while (list) {
        struct item *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static int by_value(const struct item *x, const struct item *y) { return x->value - y->value; }
static int by_index(const struct item *x, const struct item *y) { return x->index - y->index; }

/* Bottom-up merge sort; `compare` is called through a pointer. */
static struct item *sort(struct item *list, int (*compare)(const struct item *, const struct item *))
{
    for (int run = 1;; run *= 2) {
        struct item *left = list, *tail = NULL;
        int merges = 0;
        list = NULL;
        while (left) {
            struct item *right = left;
            int left_count = 0, right_count = run;
            merges++;
            while (left_count < run && right) {
                left_count++;
                right = right->next;
            }
            while (left_count > 0 || (right_count > 0 && right)) {
                struct item *taken;
                if (left_count > 0 && (right_count == 0 || !right || compare(left, right) <= 0)) {
                    taken = left;
                    left = left->next;
                    left_count--;
                } else {
                    taken = right;
                    right = right->next;
                    right_count--;
                }
                if (tail)
                    tail->next = taken;
                else
                    list = taken;
                tail = taken;
            }
            left = right;
        }
        if (tail)
            tail->next = NULL;
        if (merges <= 1)
            return list;
    }
}

static uint16_t use_list(uint16_t crc, int round)
{
    for (int i = 0; i < ITEMS; i++) {
        items[i].value = (int16_t)(next_random() & 0x7fff);
        items[i].index = (int16_t)i;
        items[i].next = i + 1 < ITEMS ? &items[i + 1] : NULL;
    }
    struct item *list = reverse(items);
    for (int wanted = 0; wanted < ITEMS; wanted += 7) {
        const struct item *at = list;
        while (at && at->index != (wanted + round) % ITEMS)
            at = at->next;
        crc = crc16(crc, at ? (uint32_t)at->value : 0);
    }
    list = sort(list, by_value);
    crc = crc16(crc, (uint32_t)list->value);
    list = sort(list, by_index);
    return crc16(crc, (uint32_t)list->value);
}

static uint16_t use_matrices(uint16_t crc, int round)
{
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            a[i][j] = (int16_t)(i * round + j);
            b[i][j] = (int16_t)(j - i + round);
        }
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            int32_t sum = 0;
            for (int k = 0; k < SIZE; k++)
                sum += (int32_t)a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    uint32_t picked = 0;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            picked += (uint32_t)(c[i][j] >> 2 & 15) * (uint32_t)(c[i][j] >> 5 & 127);
    return crc16(crc, picked);
}

enum state { START, SIGN, WHOLE, POINT, FRACTION, EXPONENT, POWER, BAD, STATES };

static enum state step(enum state state, char at)
{
    int isDigit = at >= '0' && at <= '9';
    switch (state) {
    case START: return isDigit ? WHOLE : at == '+' || at == '-' ? SIGN : at == '.' ? POINT : BAD;
    case SIGN: return isDigit ? WHOLE : at == '.' ? POINT : BAD;
    case WHOLE: return isDigit ? WHOLE : at == '.' ? FRACTION : at == 'e' ? EXPONENT : BAD;
    case POINT: return isDigit ? FRACTION : BAD;
    case FRACTION: return isDigit ? FRACTION : at == 'e' ? EXPONENT : BAD;
    case EXPONENT: return isDigit || at == '-' ? POWER : BAD;
    case POWER: return isDigit ? POWER : BAD;
    default: return BAD;
    }
}

static uint16_t use_states(uint16_t crc, int round)
{
    static const char *const texts[] = { "5012", "-120.17", "+0.6e-3", "T0.3e-1F", ".9", "33.1e12", "--1", "7e" };
    uint32_t counts[STATES] = { 0 };
    for (int turn = 0; turn < 12; turn++) {
        const char *text = texts[(turn + round) % 8];
        enum state state = START;
        for (; *text; text++) {
            state = step(state, *text);
            counts[state]++;
        }
    }
    for (int i = 0; i < STATES; i++)
        crc = crc16(crc, counts[i]);
    return crc;
}

int main(void)
{
    uint16_t crc = 0;
    for (int round = 0; round < ROUNDS; round++) {
        crc = use_list(crc, round);
        for (int twice = 0; twice < 2; twice++)
            crc = use_matrices(crc, round + twice);
        for (int often = 0; often < 6; often++)
            crc = use_states(crc, round + often);
    }
    print_result("mix", crc);
    return 0;
}
