/*
 * A convolution of spikes by a sliding window, as dev.spikelane.kernel.product.window does, on the same layouts: maps are rows of bits (y, x, channel);
 * tables are [blocks of 64 outputs][groups of four inputs of a row of the kernel][15 subsets][rows of the kernel][64]; currents are
 * [rows][positions][channels, padded to 64]. Sums keep the canonical order, so that results have the bits of Java's.
 */
#include "lanes.h"

enum {
    BLOCK = 64,             /* outputs that stand side by side */
    WORD = 64,              /* inputs in a word of spikes */
    GROUP = 4,              /* inputs whose weights are summed first */
    SUBSETS = 15,           /* of four inputs, the empty one left out */
    MOST_KERNEL_ROWS = 5,
    TALL = 4,               /* rows of a kernel from which on edges may be passes of their own */
    EDGE = 2,               /* rows of an edge */
    MOST_GROUPS = 1 << 16
};

#define SHARE_WITH_EDGES 0.3 /* of groups that fire */

/* A square map and kernel. */
struct shape {
    int channels, inputs, kernel, padding, outputs, blocks;
};

/* The groups in which an input fires, and how many there are before each group. */
struct lists {
    int entries[MOST_GROUPS + 16];
    int starts[MOST_GROUPS + 16];
};

EXPORT(int, spike_window_scratch)(void) { return sizeof(struct lists); }

/* Without a branch that depends on spikes. */
static void list(const uint64_t *spikes, const struct shape *of, struct lists *to) {
    int entry_floats = of->kernel * BLOCK;
    int groups = of->inputs * of->inputs * of->channels / GROUP;
    int at = 0;
#if defined(__AVX512F__)
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i shifts = _mm512_slli_epi32(_mm512_and_si512(lane, _mm512_set1_epi32(7)), 2);
    const __m512i below = _mm512_sub_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), lane), _mm512_set1_epi32(1));
    for (int group = 0; group < groups; group += 16) {
        uint64_t bits = spikes[group / 16];
        __m512i halves = _mm512_mask_set1_epi32(_mm512_set1_epi32((int)bits), 0xff00, (int)(bits >> 32));
        __m512i subsets = _mm512_and_si512(_mm512_srlv_epi32(halves, shifts), _mm512_set1_epi32(15));
        __mmask16 some = _mm512_test_epi32_mask(subsets, subsets);
        __m512i place = _mm512_mullo_epi32(_mm512_add_epi32(lane, _mm512_set1_epi32(group)), _mm512_set1_epi32(SUBSETS));
        __m512i entries =
            _mm512_mullo_epi32(_mm512_add_epi32(place, subsets), _mm512_set1_epi32(entry_floats));
        _mm512_storeu_si512(to->entries + at, _mm512_maskz_compress_epi32(some, entries));
        /* a prefix of the mask has at most 16 bits: count them by bytes */
        int starts[16];
        for (int i = 0; i < 16; i++)
            starts[i] = at + __builtin_popcount(some & ((1 << i) - 1));
        (void)below;
        __builtin_memcpy(to->starts + group, starts, sizeof starts);
        at += __builtin_popcount(some);
    }
#else
    for (int group = 0; group < groups; group++) {
        int subset = spikes[group / 16] >> group % 16 * GROUP & 15;
        to->starts[group] = at;
        to->entries[at] = (group * SUBSETS + subset) * entry_floats;
        at += (subset + 15) >> 4;
    }
#endif
    to->starts[groups] = at;
}

static inline int clamped(int value, int least, int most) { return value < least ? least : value > most ? most : value; }

/* Rows of the input from first on, and of the kernel from kernel_row on; rows of outputs from top to bottom. */
struct pass {
    int first, end, kernel_row, top, bottom, begins;
};

/*
 * Sums of all rows of outputs in reach are in registers while the window slides down a column. Those of outputs that are not there are stored
 * where the first ones are going to be.
 */
static inline __attribute__((always_inline)) void add_rows(const int ROWS, const int VECTORS, const struct lists *lists,
                                                           const struct shape *of, const struct pass *pass, const float *table,
                                                           const float *bias, float *sums) {
    int groups = of->channels / GROUP;
    int pixel = groups * SUBSETS * of->kernel * BLOCK;
    int position = of->blocks * BLOCK;
    int64_t below = (int64_t)of->outputs * position;
    table += (pass->kernel_row - of->kernel) * BLOCK;
    for (int column = 0; column < of->outputs; column++) {
        int place = column - of->padding;
        int left = clamped(place, 0, of->inputs) * groups;
        int right = clamped(place + of->kernel, 0, of->inputs) * groups;
        float *sum0 = sums + (int64_t)column * position;
        lanes sum[MOST_KERNEL_ROWS][4] = {0};
        for (int row = pass->top; row < pass->bottom + ROWS; row++) {
            const float *begin = pass->begins ? bias : sum0 + (row < pass->bottom ? row : pass->bottom) * below;
            for (int v = 0; v < VECTORS; v++)
                sum[0][v] = load(begin + v * LANES);
            int y = row - of->padding + pass->kernel_row;
            if (y >= pass->first && y < pass->end) {
                const int *starts = lists->starts + (int64_t)y * of->inputs * groups;
                int base = (y * of->inputs + place) * pixel;
                int end = starts[right];
                for (int i = starts[left]; i < end; i++) {
                    const float *entry = table + (lists->entries[i] - base);
#pragma GCC unroll 5
                    for (int row = 0; row < ROWS; row++)
#pragma GCC unroll 4
                        for (int v = 0; v < VECTORS; v++)
                            sum[row][v] += load(entry + row * BLOCK + v * LANES);
                }
            }
            int oldest = row - (ROWS - 1) < pass->top ? pass->top : row - (ROWS - 1);
            for (int v = 0; v < VECTORS; v++)
                store(sum0 + oldest * below + v * LANES, sum[ROWS - 1][v]);
#pragma GCC unroll 5
            for (int row = ROWS - 1; row > 0; row--)
#pragma GCC unroll 4
                for (int v = 0; v < VECTORS; v++)
                    sum[row][v] = sum[row - 1][v];
        }
    }
}

#define ROWS_OF(rows, vectors)                                                                                              \
    static __attribute__((noinline)) void add_##rows##_##vectors(const struct lists *lists, const struct shape *of,         \
                                                                 const struct pass *pass, const float *table,               \
                                                                 const float *bias, float *sums) {                          \
        add_rows(rows, vectors, lists, of, pass, table, bias, sums);                                                        \
    }
ROWS_OF(2, 2) ROWS_OF(3, 2) ROWS_OF(4, 2) ROWS_OF(5, 2) ROWS_OF(2, 4) ROWS_OF(3, 4) ROWS_OF(4, 4) ROWS_OF(5, 4)

typedef void add_function(const struct lists *, const struct shape *, const struct pass *, const float *, const float *, float *);
static add_function *const ADD[2][MOST_KERNEL_ROWS + 1] = {{0, 0, add_2_2, add_3_2, add_4_2, add_5_2},
                                                           {0, 0, add_2_4, add_3_4, add_4_4, add_5_4}};

/* Vectors of a strip: as many as registers hold, or half of them. */
EXPORT(void, spike_window)(const uint64_t *spikes, int words, int rows, const float *tables, const float *bias, int blocks,
                           int channels, int inputs, int kernel, int padding, int vectors, float *current, int stride,
                           struct lists *lists) {
    struct shape of = {channels, inputs, kernel, padding, inputs + 2 * padding - kernel + 1, blocks};
    int64_t table = (int64_t)kernel * channels / GROUP * SUBSETS * kernel * BLOCK;
    int edge = EDGE - padding, last = of.outputs - 1;
    struct pass whole = {0, inputs, 0, 0, last, 1};
    struct pass edges[] = {{0, edge, 0, 0, edge + padding - 1, 1},
                           {edge, inputs - edge, 0, 0, last, 0},
                           {inputs - edge, inputs, kernel - EDGE, inputs - edge + padding - kernel + 1, last, 0}};
    for (int row = 0; row < rows; row++) {
        list(spikes + (int64_t)row * words, &of, lists);
        int groups = inputs * inputs * channels / GROUP;
        int has_edges = kernel >= TALL && edge > 0 && of.outputs >= EDGE && lists->starts[groups] > SHARE_WITH_EDGES * groups;
        for (int channel = 0; channel < blocks * BLOCK; channel += vectors * LANES) {
            float *sums = current + (int64_t)row * stride + channel;
            const float *from = tables + channel / BLOCK * table + channel % BLOCK;
            add_function *add = ADD[vectors / 4][kernel];
            if (!has_edges) {
                add(lists, &of, &whole, from, bias + channel, sums);
                continue;
            }
            for (int place = (edge + padding) * of.outputs; place < of.outputs * of.outputs; place++)
                for (int lane = 0; lane < vectors * LANES; lane++)
                    sums[(int64_t)place * blocks * BLOCK + lane] = bias[channel + lane];
            ADD[vectors / 4][EDGE](lists, &of, &edges[0], from, bias + channel, sums);
            add(lists, &of, &edges[1], from, bias + channel, sums);
            ADD[vectors / 4][EDGE](lists, &of, &edges[2], from, bias + channel, sums);
        }
    }
}
