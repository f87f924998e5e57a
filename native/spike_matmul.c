/*
 * Spikes times weights, the two algorithms of dev.spikelane.kernel.product.SpikeMatmul on the same layouts: spikes are rows of 64-bit
 * words; weights are [blocks of 64 outputs][inputs, padded to 16][64]; rows of current are padded to 64 floats. Sums keep the
 * canonical order, so that results have the bits of Java's.
 */
#include "lanes.h"

enum {
    BLOCK = 64,             /* outputs that stand side by side */
    STRIP = 4 * LANES,      /* outputs in the four accumulators */
    WORD = 64,              /* inputs in a word of spikes */
    GROUP = 4,              /* inputs whose weights are summed first */
    ENTRIES = 17,           /* from one group's table to the next; see SpikeMatmul.Tables */
    TABLE = ENTRIES * STRIP /* floats */
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

/* Entry n of a group's table is the sum of the weights of the inputs whose bit is set in n, in ascending order. */
static void make_tables(const float *weights, int groups, float *tables) {
    for (int group = 0; group < groups; group++) {
        for (int lane = 0; lane < STRIP; lane += LANES) {
            const float *from = weights + group * GROUP * BLOCK + lane;
            float *to = tables + group * TABLE + lane;
            store(to, -(lanes){}); /* -0, the identity of addition */
            for (int input = 0; input < GROUP; input++) {
                lanes weight = load(from + input * BLOCK);
                int first = 1 << input;
                store(to + first * STRIP, weight);
                for (int entry = 1; entry < first; entry++) {
                    store(to + (first + entry) * STRIP, load(to + entry * STRIP) + weight);
                }
            }
        }
    }
}

/* Adds to a strip of every row one table entry for each group of a word. */
static void add_word(const uint64_t *spikes, int words, int groups, int rows, const float *tables, float *current,
                     int stride) {
    for (int row = 0; row < rows; row++) {
        uint64_t bits = spikes[(int64_t)row * words];
        float *to = current + (int64_t)row * stride;
        struct sums sums = load_strip(to);
        for (int group = 0; group < groups; group += 4) {
            const float *table = tables + group * TABLE;
            add_strip(&sums, load_strip(table + (bits & 15) * STRIP));
            add_strip(&sums, load_strip(table + TABLE + (bits >> 4 & 15) * STRIP));
            add_strip(&sums, load_strip(table + 2 * TABLE + (bits >> 8 & 15) * STRIP));
            add_strip(&sums, load_strip(table + 3 * TABLE + (bits >> 12 & 15) * STRIP));
            bits >>= 16;
        }
        store_strip(to, sums);
    }
}

/* Adds one table entry for every four inputs; tables is scratch memory of 16 * ENTRIES * 64 floats. */
EXPORT(void, spike_matmul_tables)(const uint64_t *spikes, int words, int rows, const float *weights, int padded_pre,
                                  const float *bias, int post, float *current, int stride, float *tables) {
    for (int block = 0; block * BLOCK < post; block++) {
        int used = used_outputs(post, block);
        for (int strip = 0; strip < used; strip += STRIP) {
            const float *inputs = weights + (int64_t)block * padded_pre * BLOCK + strip;
            float *outputs = current + (int64_t)block * BLOCK + strip;
            struct sums start = load_strip(bias + block * BLOCK + strip);
            for (int row = 0; row < rows; row++) {
                store_strip(outputs + (int64_t)row * stride, start);
            }
            for (int word = 0; word < words; word++) {
                int inputs_left = padded_pre - word * WORD;
                int groups = (inputs_left < WORD ? inputs_left : WORD) / GROUP;
                make_tables(inputs + (int64_t)word * WORD * BLOCK, groups, tables);
                add_word(spikes + word, words, groups, rows, tables, outputs, stride);
            }
        }
    }
}
