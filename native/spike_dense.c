/*
 * Spikes times weights with spikes as the numbers 0 and 1, as dev.spikelane.kernel.product.SpikeDenseVector does, on the layouts of
 * spike_matmul.c: four rows share the weights of a group of four inputs in registers. A fused multiply-add by 0 or 1 rounds as an
 * addition does, so that finite weights and a bias without -0 give the bits of the canonical order.
 */
#include "lanes.h"

enum {
    BLOCK = 64,          /* outputs that stand side by side */
    STRIP = 2 * LANES,   /* outputs of two vectors of sums */
    WORD = 64,           /* inputs in a word of spikes */
    GROUP = 4,           /* inputs whose weights are summed first */
    ROWS = 4             /* rows that share weights */
};

static inline int smaller(int a, int b) { return a < b ? a : b; }

/* The factors of each group: those of its inputs for the first row, the second, ...; rows behind the last one repeat it. */
static void spread(const uint64_t *spikes, int words, int row, int rows, int groups, float *factors) {
    for (int i = 0; i < ROWS; i++) {
        const uint64_t *from = spikes + (int64_t)smaller(row + i, rows - 1) * words;
        for (int group = 0; group < groups; group++) {
            uint64_t bits = from[group * GROUP / WORD] >> group * GROUP % WORD;
            for (int input = 0; input < GROUP; input++) {
                factors[(group * ROWS + i) * GROUP + input] = bits >> input & 1;
            }
        }
    }
}

static inline void add_group(const lanes *weights, const float *factors, lanes *sums) {
    for (int row = 0; row < ROWS; row++) {
        for (int lane = 0; lane < 2; lane++) {
            lanes group = weights[lane] * factors[row * GROUP];
            for (int input = 1; input < GROUP; input++) {
                group = fused(weights[2 * input + lane], factors[row * GROUP + input], group);
            }
            sums[2 * row + lane] += group;
        }
    }
}

static inline void strip(const float *weights, const float *factors, int groups, const float *bias, float *const to[ROWS]) {
    lanes sums[2 * ROWS];
    for (int row = 0; row < ROWS; row++) {
        sums[2 * row] = load(bias);
        sums[2 * row + 1] = load(bias + LANES);
    }
    for (int group = 0; group < groups; group++) {
        const float *from = weights + (int64_t)group * GROUP * BLOCK;
        lanes loaded[2 * GROUP];
        for (int input = 0; input < GROUP; input++) {
            loaded[2 * input] = load(from + input * BLOCK);
            loaded[2 * input + 1] = load(from + input * BLOCK + LANES);
        }
        add_group(loaded, factors + (int64_t)group * ROWS * GROUP, sums);
    }
    for (int row = 0; row < ROWS; row++) {
        store(to[row], sums[2 * row]);
        store(to[row] + LANES, sums[2 * row + 1]);
    }
}

/* Multiplies; factors hold rows, rounded up to 4, times padded_pre. */
EXPORT(void, spike_matmul_dense)(const uint64_t *spikes, int words, int rows, const float *weights, int padded_pre,
                                 const float *bias, int post, float *current, int stride, float *factors) {
    int groups = padded_pre / GROUP;
    for (int row = 0; row < rows; row += ROWS) {
        spread(spikes, words, row, rows, groups, factors + (int64_t)row * padded_pre);
    }
    for (int output = 0; output < post; output += STRIP) {
        const float *from = weights + (int64_t)(output / BLOCK) * padded_pre * BLOCK + output % BLOCK;
        for (int row = 0; row < rows; row += ROWS) {
            float *to[ROWS];
            for (int i = 0; i < ROWS; i++) {
                to[i] = current + (int64_t)smaller(row + i, rows - 1) * stride + output;
            }
            strip(from, factors + (int64_t)row * padded_pre, groups, bias + output, to);
        }
    }
}
