/*
 * The variant of dev.spikelane.kernel.product.SpikeMatmul that keeps tables in registers (SpikePermuteVector), where a vector has 16 lanes:
 * the table of one output's partial sums is a vector, and the spikes of 16 rows choose from it by one permutation.
 */
#include "lanes.h"

#if LANES == 16

enum {
    BLOCK = 64,     /* outputs that stand side by side */
    GROUP = 4,      /* inputs whose weights are summed first */
    WORD = 32,      /* inputs in a lane of spikes */
    OUTPUTS = 16,   /* outputs whose tables are made at a time */
    IN_REGISTERS = 4 /* outputs, and vectors of 16 rows, whose sums are in registers */
};

/* Spikes of 16 rows side by side: [rows / 16][words of 32 inputs][16]. */
static void load_spikes(const uint32_t *spikes, int stride, int rows, int words, uint32_t *to) {
    for (int row = 0; row < rows; row++) {
        for (int word = 0; word < words; word++) {
            to[(row / LANES * words + word) * LANES + row % LANES] = spikes[(int64_t)row * stride + word];
        }
    }
}

static void make_tables(const float *weights, int groups, float *tables) {
    for (int group = 0; group < groups; group++) {
        const float *from = weights + (int64_t)group * GROUP * BLOCK;
        for (int output = 0; output < OUTPUTS; output++) {
            lanes table = _mm512_mask_mov_ps(-(lanes){}, 0xAAAA, _mm512_set1_ps(from[output]));
            table = _mm512_mask_add_ps(table, 0xCCCC, table, _mm512_set1_ps(from[BLOCK + output]));
            table = _mm512_mask_add_ps(table, 0xF0F0, table, _mm512_set1_ps(from[2 * BLOCK + output]));
            table = _mm512_mask_add_ps(table, 0xFF00, table, _mm512_set1_ps(from[3 * BLOCK + output]));
            store(tables + (group * OUTPUTS + output) * LANES, table);
        }
    }
}

/* Sums of 4 outputs for some vectors of rows, which the compiler unrolls: vectors is a constant where it is called. */
static inline __attribute__((always_inline)) void add(const float *tables, const uint32_t *spikes, int words, int groups,
                                                      int vectors, float *sums, int stride) {
    lanes sum[IN_REGISTERS][IN_REGISTERS];
    for (int output = 0; output < IN_REGISTERS; output++) {
        for (int vector = 0; vector < vectors; vector++) {
            sum[output][vector] = load(sums + output * stride + vector * LANES);
        }
    }
    for (int group = 0; group < groups; spikes += LANES) {
        __m512i rows[IN_REGISTERS];
        for (int vector = 0; vector < vectors; vector++) {
            rows[vector] = _mm512_load_si512(spikes + vector * words * LANES);
        }
        int end = groups - group < WORD / GROUP ? groups : group + WORD / GROUP;
        for (; group < end; group++) {
            for (int output = 0; output < IN_REGISTERS; output++) {
                lanes table = load(tables + (group * OUTPUTS + output) * LANES);
                for (int vector = 0; vector < vectors; vector++) {
                    sum[output][vector] += _mm512_permutexvar_ps(rows[vector], table);
                }
            }
            for (int vector = 0; vector < vectors; vector++) {
                rows[vector] = _mm512_srli_epi32(rows[vector], GROUP);
            }
        }
    }
    for (int output = 0; output < IN_REGISTERS; output++) {
        for (int vector = 0; vector < vectors; vector++) {
            store(sums + output * stride + vector * LANES, sum[output][vector]);
        }
    }
}

/* Two of the four rounds that transpose 16 vectors of 16, each of which interleaves vector i with vector i + 8. */
static void zip_twice(const float *from, int stride, float *to) {
    const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(LANES / 2));
    for (int i = 0; i < 4; i++) {
        lanes a = load(from + i * stride), b = load(from + (i + 4) * stride);
        lanes c = load(from + (i + 8) * stride), d = load(from + (i + 12) * stride);
        lanes ac = _mm512_permutex2var_ps(a, low, c), ca = _mm512_permutex2var_ps(a, high, c);
        lanes bd = _mm512_permutex2var_ps(b, low, d), db = _mm512_permutex2var_ps(b, high, d);
        store(to + 4 * i * LANES, _mm512_permutex2var_ps(ac, low, bd));
        store(to + (4 * i + 1) * LANES, _mm512_permutex2var_ps(ac, high, bd));
        store(to + (4 * i + 2) * LANES, _mm512_permutex2var_ps(ca, low, db));
        store(to + (4 * i + 3) * LANES, _mm512_permutex2var_ps(ca, high, db));
    }
}

static void store_rows(const float *sums, int sums_stride, int rows, float *current, int stride) {
    _Alignas(64) float square[2][LANES * LANES];
    for (int row = 0; row < rows; row += LANES) {
        zip_twice(sums + row, sums_stride, square[0]);
        zip_twice(square[0], LANES, square[1]);
        for (int i = 0; i < LANES && row + i < rows; i++) {
            store(current + (int64_t)(row + i) * stride, load(square[1] + i * LANES));
        }
    }
}

/*
 * As spike_matmul_tables. Scratch memory: the tables of 16 outputs (256 bytes an input), the spikes (rows rounded up to 16, times words
 * of 32 inputs, times 4 bytes), and 16 rows of sums_stride floats, a multiple of 16, at least the rows.
 */
EXPORT(void, spike_matmul_permute)(const uint64_t *spikes, int spike_words, int rows, const float *weights, int padded_pre,
                                   const float *bias, int post, float *current, int stride, float *tables,
                                   uint32_t *row_spikes, float *sums, int sums_stride) {
    int words = (padded_pre + WORD - 1) / WORD;
    int groups = padded_pre / GROUP;
    int vectors = (rows + LANES - 1) / LANES;
    load_spikes((const uint32_t *)spikes, 2 * spike_words, rows, words, row_spikes);
    for (int output = 0; output < post; output += OUTPUTS) {
        make_tables(weights + (int64_t)(output / BLOCK) * padded_pre * BLOCK + output % BLOCK, groups, tables);
        for (int i = 0; i < OUTPUTS; i++) {
            for (int vector = 0; vector < vectors; vector++) {
                store(sums + i * sums_stride + vector * LANES, _mm512_set1_ps(bias[output + i]));
            }
        }
        for (int column = 0; column < OUTPUTS; column += IN_REGISTERS) {
            const float *table = tables + column * LANES;
            float *to = sums + column * sums_stride;
            int vector = 0;
            for (; vector + IN_REGISTERS <= vectors; vector += IN_REGISTERS) {
                add(table, row_spikes + vector * words * LANES, words, groups, IN_REGISTERS, to + vector * LANES,
                    sums_stride);
            }
            for (; vector < vectors; vector++) {
                add(table, row_spikes + vector * words * LANES, words, groups, 1, to + vector * LANES, sums_stride);
            }
        }
        store_rows(sums, sums_stride, rows, current + output, stride);
    }
}

#endif
