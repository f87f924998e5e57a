/*
 * Spikes times weights by active inputs, as dev.spikelane.kernel.product.SpikeActiveVector does, on the same layouts: spikes are rows of 64-bit
 * words; weights are [blocks of 64 outputs][inputs, padded to 16][64]; rows of current are padded to 64 floats. Sums keep the
 * canonical order, so that results have the bits of Java's.
 */
#include "lanes.h"

enum {
    BLOCK = 64,             /* outputs that stand side by side */
    STRIP = 4 * LANES,      /* outputs in the four accumulators */
    WORD = 64,              /* inputs in a word of spikes */
    GROUP = 4               /* inputs whose weights are summed first */
};

struct sums {
    lanes sum0, sum1, sum2, sum3;
};

static inline struct sums load_strip(const float *at) {
    return (struct sums){load(at), load(at + LANES), load(at + 2 * LANES), load(at + 3 * LANES)};
}

static inline void add_strip(struct sums *sums, struct sums more) {
    sums->sum0 += more.sum0;
    sums->sum1 += more.sum1;
    sums->sum2 += more.sum2;
    sums->sum3 += more.sum3;
}

static inline void store_strip(float *at, struct sums sums) {
    store(at, sums.sum0);
    store(at + LANES, sums.sum1);
    store(at + 2 * LANES, sums.sum2);
    store(at + 3 * LANES, sums.sum3);
}

static inline int lowest_bit(uint64_t bits) { return bits == 0 ? WORD : __builtin_ctzll(bits); }

/* Outputs of a block, rounded up to whole strips. */
static int used_outputs(int post, int block) {
    int outputs = post - block * BLOCK < BLOCK ? post - block * BLOCK : BLOCK;
    return (outputs + STRIP - 1) / STRIP * STRIP;
}

/* Adds to a strip the weights of the active inputs of a row. */
static inline void active_row(const uint64_t *spikes, int words, const float *weights, struct sums *sums) {
    for (int word = 0; word < words; word++) {
        const float *base = weights + (int64_t)word * WORD * BLOCK;
        uint64_t bits = spikes[word];
        while (bits != 0) {
            int input = lowest_bit(bits);
            bits &= bits - 1;
            struct sums group = load_strip(base + input * BLOCK);
            int next = lowest_bit(bits);
            while (next / GROUP == input / GROUP) {
                bits &= bits - 1;
                add_strip(&group, load_strip(base + next * BLOCK));
                next = lowest_bit(bits);
            }
            add_strip(sums, group);
        }
    }
}

/* Visits the active inputs only. */
EXPORT(void, spike_matmul_active)(const uint64_t *spikes, int words, int rows, const float *weights, int padded_pre,
                                  const float *bias, int post, float *current, int stride) {
    for (int block = 0; block * BLOCK < post; block++) {
        int used = used_outputs(post, block);
        for (int strip = 0; strip < used; strip += STRIP) {
            const float *inputs = weights + (int64_t)block * padded_pre * BLOCK + strip;
            int64_t outputs = (int64_t)block * BLOCK + strip;
            for (int row = 0; row < rows; row++) {
                struct sums sums = load_strip(bias + outputs);
                active_row(spikes + (int64_t)row * words, words, inputs, &sums);
                store_strip(current + (int64_t)row * stride + outputs, sums);
            }
        }
    }
}
