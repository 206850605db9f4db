/* Double precision: a matrix product, planets around a sun with square roots and divisions, and conversions. */
#include "bench.h"

#define SIZE 24
#define PRODUCTS 300
#define BODIES 5
#define STEPS 90000

static double x[SIZE][SIZE], y[SIZE][SIZE], z[SIZE][SIZE];

struct body {
    double at[3], speed[3], mass;
};

static double square_root(double value)
{
    double root;
#ifdef __aarch64__
    __asm__("fsqrt %d0, %d1" : "=w"(root) : "w"(value));
#elif defined(__x86_64__)
    __asm__("sqrtsd %1, %0" : "=x"(root) : "x"(value));
#else
    __asm__("fsqrt.d %0, %1" : "=f"(root) : "f"(value));
#endif
    return root;
}

static void advance(struct body *bodies, double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double way[3], distance = 0.01;
            for (int k = 0; k < 3; k++) {
                way[k] = bodies[i].at[k] - bodies[j].at[k];
                distance += way[k] * way[k];
            }
            double pull = dt / (distance * square_root(distance));
            for (int k = 0; k < 3; k++) {
                bodies[i].speed[k] -= way[k] * bodies[j].mass * pull;
                bodies[j].speed[k] += way[k] * bodies[i].mass * pull;
            }
        }
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            bodies[i].at[k] += dt * bodies[i].speed[k];
}

int main(void)
{
    uint64_t sum = 0;
    for (int round = 0; round < PRODUCTS; round++) {
        for (int i = 0; i < SIZE; i++)
            for (int j = 0; j < SIZE; j++) {
                x[i][j] = (double)(int64_t)(next_random() % 1000) / 7;
                y[i][j] = (double)(i - j + round);
            }
        for (int i = 0; i < SIZE; i++)
            for (int j = 0; j < SIZE; j++) {
                double total = 0;
                for (int k = 0; k < SIZE; k++)
                    total += x[i][k] * y[k][j];
                z[i][j] = total;
            }
        sum += (uint64_t)(int64_t)z[round % SIZE][3];
    }
    struct body bodies[BODIES];
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++) {
            bodies[i].at[k] = (double)(int64_t)(next_random() % 2000) / 100 - 10;
            bodies[i].speed[k] = (double)(int64_t)(next_random() % 200) / 100 - 1;
            bodies[i].mass = 0.1 + (double)i;
        }
    for (int step = 0; step < STEPS; step++)
        advance(bodies, 0.001);
    for (int i = 0; i < BODIES; i++)
        sum = sum * 31 + (uint64_t)(int64_t)(bodies[i].at[0] * 1e6);
    print_result("float", sum);
    return 0;
}
