/* What the machine does at best: loops with nothing in them but the one thing that limits a kernel. */
#include "lanes.h"

enum { CHAINS = 8 }; /* independent sums, more than latency * additions in a cycle */

/* Adds up a buffer again and again, a whole number of CHAINS vectors long: one load and one addition for every vector. */
EXPORT(float, roofline_load_add)(const float *buffer, int floats, int64_t passes) {
    lanes sums[CHAINS] = {};
    for (int64_t pass = 0; pass < passes; pass++) {
        for (int at = 0; at < floats; at += CHAINS * LANES) {
            for (int chain = 0; chain < CHAINS; chain++) {
                sums[chain] += load(buffer + at + chain * LANES);
            }
        }
    }
    float sum = 0;
    for (int chain = 0; chain < CHAINS; chain++) {
        for (int lane = 0; lane < LANES; lane++) {
            sum += sums[chain][lane];
        }
    }
    return sum;
}

/* Threefry rounds on registers: passes * 4 times the rounds of one vector of blocks, without key additions. */
EXPORT(uint32_t, roofline_threefry)(int rounds, int64_t passes) {
    word_lanes x0[4] = {}, x1[4] = {};
    for (int chain = 0; chain < 4; chain++) {
        x1[chain] += (uint32_t)chain + 1;
    }
    for (int64_t pass = 0; pass < passes; pass++) {
        for (int round = 0; round < rounds; round++) {
            for (int chain = 0; chain < 4; chain++) {
                threefry_round(&x0[chain], &x1[chain], 13);
            }
        }
    }
    word_lanes all = (x0[0] ^ x1[0]) + (x0[1] ^ x1[1]) + (x0[2] ^ x1[2]) + (x0[3] ^ x1[3]);
    return all[0];
}

/* Copies floats, a whole number of vectors: memory bandwidth, or a cache's if they fit in it. */
EXPORT(void, roofline_copy)(const float *from, float *to, int64_t floats) {
    for (int64_t at = 0; at < floats; at += LANES) {
        store(to + at, load(from + at));
    }
}

/* Takes this many cycles, a multiple of 16: a chain of additions of one cycle each, which no compiler or CPU can shorten. */
EXPORT(uint64_t, roofline_cycles)(int64_t cycles, uint64_t step) {
    uint64_t value = 0;
    for (int64_t at = 0; at < cycles; at += 16) {
        for (int link = 0; link < 16; link++) {
            value += step;
            __asm__ volatile("" : "+r"(value));
        }
    }
    return value;
}
