/*
 * Rate coding as dev.spikelane.kernel.encode.BernoulliSpikes: Threefry-2x32 with 13 rounds, one block for neurons n and n + 32 of a
 * word, keyed by (seed, step, sample). The scheme is in the Javadoc of dev.spikelane.random.CounterRandom.
 */
#include "lanes.h"

static const uint32_t PARITY = 0x1BD11BDA;

static inline void four_rounds(word_lanes *x0, word_lanes *x1, int r0, int r1, int r2, int r3) {
    threefry_round(x0, x1, r0);
    threefry_round(x0, x1, r1);
    threefry_round(x0, x1, r2);
    threefry_round(x0, x1, r3);
}

static inline void threefry(uint32_t key0, uint32_t key1, word_lanes *x0, word_lanes *x1) {
    uint32_t key2 = PARITY ^ key0 ^ key1;
    *x0 += key0;
    *x1 += key1;
    four_rounds(x0, x1, 13, 15, 26, 6);
    *x0 += key1;
    *x1 += key2 + 1;
    four_rounds(x0, x1, 17, 29, 16, 24);
    *x0 += key2;
    *x1 += key0 + 2;
    four_rounds(x0, x1, 13, 15, 26, 6);
    *x0 += key0;
    *x1 += key1 + 3;
    threefry_round(x0, x1, 17);
}

static inline uint64_t fired(word_lanes random, const float *data, float gain, float offset) {
    lanes uniform = __builtin_convertvector((int_lanes)(random >> 8), lanes) * 0x1p-24f;
    lanes probability = load(data) * gain + offset;
    return bits_of(greater(probability, uniform));
}

/* data: [batch x columns], the same at all steps; rows of data have 64 floats for each word of spikes. */
EXPORT(void, bernoulli)(uint64_t seed, int batch, const float *data, float gain, float offset, uint64_t *spikes, int words,
                        int columns, int rows) {
    word_lanes lane;
    for (int i = 0; i < LANES; i++) {
        lane[i] = i;
    }
    for (int row = 0; row < rows; row++) {
        word_lanes key0 = (word_lanes){} + (uint32_t)(row / batch);
        word_lanes key1 = (word_lanes){} + (uint32_t)(row % batch);
        threefry((uint32_t)seed, (uint32_t)(seed >> 32), &key0, &key1);
        const float *values = data + (int64_t)(row % batch) * words * 64;
        for (int word = 0; word < words; word++) {
            uint64_t bits = 0;
            for (int pair = 0; pair < 32; pair += LANES) {
                word_lanes x0 = (word_lanes){} + (uint32_t)word;
                word_lanes x1 = lane + (uint32_t)pair;
                threefry(key0[0], key1[0], &x0, &x1);
                const float *at = values + word * 64 + pair;
                bits |= fired(x0, at, gain, offset) << pair;
                bits |= fired(x1, at + 32, gain, offset) << (pair + 32);
            }
            int neurons = columns - word * 64;
            spikes[(int64_t)row * words + word] = neurons < 64 ? bits & (((uint64_t)1 << neurons) - 1) : bits;
        }
    }
}
