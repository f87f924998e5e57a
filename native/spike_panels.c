/*
 * Spikes times weights by partial sums of four inputs: the algorithms of dev.spikelane.kernel.product.SpikePanels on the layouts of
 * spike_matmul.c. A table has 16 entries, 256 bytes apart: one entry of 64 outputs, or two of 32 outputs, of neighboring groups.
 */
#include "lanes.h"
#include <string.h>

enum {
    BLOCK = 64,                  /* outputs that stand side by side */
    WORD = 64,                   /* inputs in a word of spikes */
    GROUP = 4,                   /* inputs whose weights are summed first */
    ENTRY = 64,                  /* floats from one entry to the next */
    TABLE = 16 * ENTRY,          /* floats */
    ROWS = 1024,                 /* rows that are prepared at a time */
    INPUTS = 1024,               /* inputs that are prepared at a time */
    NARROW = 32,                 /* outputs of narrow tables and of lists */
    SECTION = 32,                /* groups that are listed together */
    BUNDLE = 4,                  /* rows with lists of like length */
    TABLES = SECTION / 2 * TABLE /* floats */
};

/* Scratch memory; some 0.8 MB. */
struct scratch {
    float tables[TABLES];
    float sums[(ROWS + 1) * NARROW];
    int lengths[ROWS], order[ROWS];
    uint16_t *end; /* of what is written to spikes */
    union {
        uint16_t shorts[INPUTS / 16 * ROWS];
        uint32_t ints[INPUTS / 32 * ROWS];
        uint16_t lists[INPUTS / (GROUP * SECTION) * (ROWS / BUNDLE) * (BUNDLE + 1 + SECTION * BUNDLE)];
    } spikes;
};

struct product {
    const uint64_t *spikes;
    int words, rows;
    const float *weights;
    int padded_pre;
    const float *bias;
    int post;
    float *current;
    int stride;
};

enum shape { SHAPE_WIDE, SHAPE_NARROW, SHAPE_LISTS };

static inline int smaller(int a, int b) { return a < b ? a : b; }

/* Entry n of a group's table is the sum of the weights of the inputs whose bit is set in n, in ascending order. */
static inline void make(const float *weights, int groups, int width, float *tables) {
    for (int place = 0; place < groups * width; place += LANES) {
        const float *from = weights + place / width * GROUP * BLOCK + place % width;
        float *to = tables + place / ENTRY * TABLE + place % ENTRY;
        lanes w0 = load(from), w1 = load(from + BLOCK), w2 = load(from + 2 * BLOCK), w3 = load(from + 3 * BLOCK);
        lanes sums[8] = {-(lanes){}, w0, w1, w0 + w1, w2, w0 + w2, w1 + w2, w0 + w1 + w2};
        for (int entry = 0; entry < 8; entry++) {
            store(to + entry * ENTRY, sums[entry]);
            store(to + (8 + entry) * ENTRY, sums[entry] + w3);
        }
    }
}

/* Adds for each row an entry of each group's table to the sums of width outputs. */
static inline void add(const void *spikes, int rows, int width, int groups, const float *tables, float *sums) {
    for (int row = 0; row < rows; row++, sums += width) {
        uint32_t bits = groups == 4 ? ((const uint16_t *)spikes)[row] : ((const uint32_t *)spikes)[row];
        lanes sum[BLOCK / LANES];
#pragma GCC unroll 16
        for (int v = 0; v < width / LANES; v++) {
            sum[v] = load(sums + v * LANES);
        }
#pragma GCC unroll 8
        for (int group = 0; group < groups; group++) {
            const float *entry = tables + group * width / ENTRY * TABLE + group * width % ENTRY +
                                 (bits >> GROUP * group & 15) * ENTRY;
#pragma GCC unroll 16
            for (int v = 0; v < width / LANES; v++) {
                sum[v] += load(entry + v * LANES);
            }
        }
#pragma GCC unroll 16
        for (int v = 0; v < width / LANES; v++) {
            store(sums + v * LANES, sum[v]);
        }
    }
}

/* Adds the entries of a section's lists to the sums of the rows of each bundle; returns where the next section starts. */
static const uint16_t *add_lists(const uint16_t *lists, int bundles, const float *tables, float *sums) {
    for (int bundle = 0; bundle < bundles; bundle++) {
        int length = lists[0];
        const uint16_t *rows = lists + 1, *entries = rows + BUNDLE;
        for (int v = 0; v < NARROW; v += 2 * LANES) {
            lanes sum[BUNDLE][2];
#pragma GCC unroll 4
            for (int i = 0; i < BUNDLE; i++) {
                sum[i][0] = load(sums + rows[i] * NARROW + v);
                sum[i][1] = load(sums + rows[i] * NARROW + v + LANES);
            }
            for (int k = 0; k < length; k++) {
#pragma GCC unroll 4
                for (int i = 0; i < BUNDLE; i++) {
                    const float *entry = tables + entries[k * BUNDLE + i] * NARROW + v;
                    sum[i][0] += load(entry);
                    sum[i][1] += load(entry + LANES);
                }
            }
#pragma GCC unroll 4
            for (int i = 0; i < BUNDLE; i++) {
                store(sums + rows[i] * NARROW + v, sum[i][0]);
                store(sums + rows[i] * NARROW + v + LANES, sum[i][1]);
            }
        }
        lists = entries + length * BUNDLE;
    }
    return lists;
}

static inline uint64_t active_groups(uint64_t bits) {
    uint64_t pairs = bits | bits >> 1;
    return (pairs | pairs >> 2) & 0x1111111111111111;
}

/* Lists a section of two words: bundles of rows in the order of the lengths of their lists. */
static void list(const struct product *p, int first, int rows, int word, int words, struct scratch *s) {
    int places[SECTION + 2] = {0};
    for (int row = 0; row < rows; row++) {
        const uint64_t *bits = p->spikes + (int64_t)(first + row) * p->words + word;
        s->lengths[row] = 0;
        for (int i = 0; i < words; i++) {
            s->lengths[row] += __builtin_popcountll(active_groups(bits[i]));
        }
        places[s->lengths[row] + 1]++;
    }
    for (int length = 0; length < SECTION; length++) {
        places[length + 1] += places[length];
    }
    for (int row = 0; row < rows; row++) {
        s->order[places[s->lengths[row]]++] = row;
    }
    for (int bundle = 0; bundle < rows; bundle += BUNDLE) {
        int length = s->lengths[s->order[smaller(bundle + BUNDLE, rows) - 1]];
        uint16_t *to = s->end;
        *to++ = length;
        memset(to + BUNDLE, 0, sizeof(uint16_t) * BUNDLE * length);
        for (int i = 0; i < BUNDLE; i++) {
            int row = bundle + i < rows ? s->order[bundle + i] : ROWS;
            to[i] = row;
            uint16_t *entry = to + BUNDLE + i;
            for (int k = 0; row < ROWS && k < words; k++) {
                uint64_t bits = p->spikes[(int64_t)(first + row) * p->words + word + k];
                for (uint64_t left = active_groups(bits); left != 0; left &= left - 1) {
                    int bit = __builtin_ctzll(left), group = k * 16 + bit / GROUP;
                    /* In units of 32 floats. */
                    *entry = group / 2 * (TABLE / NARROW) + (bits >> bit & 15) * (ENTRY / NARROW) + group % 2;
                    entry += BUNDLE;
                }
            }
        }
        s->end = to + BUNDLE + length * BUNDLE;
    }
}

static void prepare(const struct product *p, enum shape shape, int first, int rows, int input, int inputs,
                    struct scratch *s) {
    s->end = s->spikes.lists;
    if (shape == SHAPE_LISTS) {
        int words = (inputs + WORD - 1) / WORD;
        for (int word = 0; word < words; word += 2) {
            list(p, first, rows, input / WORD + word, smaller(2, words - word), s);
        }
        return;
    }
    for (int row = 0; row < rows; row++) {
        const void *bits = p->spikes + (int64_t)(first + row) * p->words + input / WORD;
        for (int panel = 0; panel * (shape == SHAPE_WIDE ? 16 : 32) < inputs; panel++) {
            if (shape == SHAPE_WIDE) {
                s->spikes.shorts[panel * rows + row] = ((const uint16_t *)bits)[panel];
            } else {
                s->spikes.ints[panel * rows + row] = ((const uint32_t *)bits)[panel];
            }
        }
    }
}

/* Adds all panels of some inputs to the sums of width outputs of a tile of rows. */
static inline void add_panels(enum shape shape, int width, int groups, const float *weights, int all, int rows, int row,
                              int tile, struct scratch *s) {
    const uint16_t *lists = s->spikes.lists;
    for (int group = 0, panel = 0; group < all; group += groups, panel++) {
        make(weights + group * GROUP * BLOCK, smaller(groups, all - group), width, s->tables);
        if (shape == SHAPE_WIDE) {
            add(s->spikes.shorts + panel * rows + row, tile, BLOCK, 4, s->tables, s->sums);
        } else if (shape == SHAPE_NARROW) {
            add(s->spikes.ints + panel * rows + row, tile, NARROW, 8, s->tables, s->sums);
        } else {
            lists = add_lists(lists, (rows + BUNDLE - 1) / BUNDLE, s->tables, s->sums);
        }
    }
}

static inline void multiply(const struct product *p, enum shape shape, struct scratch *s) {
    int width = shape == SHAPE_WIDE ? BLOCK : NARROW;
    int groups = shape == SHAPE_WIDE ? 4 : shape == SHAPE_NARROW ? 8 : SECTION;
    int tile = shape == SHAPE_LISTS ? ROWS : ROWS / 2;
    for (int first = 0; first < p->rows; first += ROWS) {
        int rows = smaller(ROWS, p->rows - first);
        for (int input = 0; input < p->padded_pre; input += INPUTS) {
            int inputs = smaller(INPUTS, p->padded_pre - input);
            prepare(p, shape, first, rows, input, inputs, s);
            for (int output = 0; output < p->post; output += width) {
                const float *weights =
                    p->weights + ((int64_t)(output / BLOCK) * p->padded_pre + input) * BLOCK + output % BLOCK;
                for (int row = 0; row < rows; row += tile) {
                    int some = smaller(tile, rows - row);
                    float *to = p->current + (int64_t)(first + row) * p->stride + output;
                    for (int i = 0; i < some; i++) {
                        const float *from = input == 0 ? p->bias + output : to + (int64_t)i * p->stride;
                        memcpy(s->sums + i * width, from, width * sizeof(float));
                    }
                    add_panels(shape, width, groups, weights, inputs / GROUP, rows, row, some, s);
                    for (int i = 0; i < some; i++) {
                        memcpy(to + (int64_t)i * p->stride, s->sums + i * width, width * sizeof(float));
                    }
                }
            }
        }
    }
}

#define PANELS(name, shape)                                                                                            \
    EXPORT(void, name)                                                                                                 \
    (const uint64_t *spikes, int words, int rows, const float *weights, int padded_pre, const float *bias, int post,   \
     float *current, int stride, void *scratch) {                                                                      \
        struct product product = {spikes, words, rows, weights, padded_pre, bias, post, current, stride};              \
        multiply(&product, shape, scratch);                                                                            \
    }

PANELS(spike_matmul_wide, SHAPE_WIDE)
PANELS(spike_matmul_narrow, SHAPE_NARROW)
PANELS(spike_matmul_lists, SHAPE_LISTS)

EXPORT(int, spike_panels_scratch)(void) { return sizeof(struct scratch); }
