/*
 * Spikes times integer weights, as dev.spikelane.kernel.product.IntegerMatmul does, on the layout of PackedIntegers: [parts of four blocks of 64
 * outputs][inputs, padded to 32][blocks of the part][64] items of 8 or 16 bits. Of the 64, output k stands at place 2k and output 32 + k at place
 * 2k + 1, so that two neighbors are the halves of a lane twice as wide; the lower half has 128 or 32,768 added and no sign. Sums of integers have no
 * order, so that all of this leaves Java's bits: bias + scale * float(sum).
 */
#include "lanes.h"
#include <string.h>

enum {
    BLOCK = 64,                /* outputs that stand side by side */
    PART = 4,                  /* blocks of which the weights of an input stand side by side */
    WORD = 64,                 /* inputs in a word of spikes */
    BYTES = 4 * LANES,         /* of a vector */
    VECTORS = 2 * BLOCK / BYTES, /* vectors of 16-bit lanes in a block */
    STRIP = 4,                 /* vectors that are computed together */
    BLOCKS = STRIP > VECTORS ? STRIP / VECTORS : 1, /* blocks whose tables are made together */
    ROWS = 256,                /* rows that share a list or tables */
    ROOM = ROWS * PART,        /* sums of a row and a block that there is room for */
    LEAST_ROWS = 32,           /* that share weights of 8 bits at least */
    LIST = 1 << 15,            /* active inputs that are listed at a time */
    ADDED = 256,               /* items of 8 bits that sums of 16 can hold */
    BYTE_OFFSET = 1 << 7,      /* of the lower of two items of 8 bits */
    SHORT_OFFSET = 1 << 15,    /* of 16 bits */
    PANEL = 16,                /* inputs of the tables that are made at a time */
    GROUP = 4,                 /* inputs of a table */
    ENTRIES = 1 << GROUP,      /* entries of a table */
    PANELS = (1 << 14) / PANEL, /* panels whose spikes are laid out */
    PANELS_ADDED = ADDED/PANEL /* panels whose sums 16 bits can hold */
};

typedef int_lanes pair_lanes __attribute__((may_alias));
typedef int16_t half_lanes __attribute__((vector_size(LANES * 2), may_alias));

struct scratch {
    short_lanes tables[PANEL / GROUP][ENTRIES][STRIP];
    short_lanes items[PANEL][STRIP];
    int16_t narrow[ROOM * BLOCK] __attribute__((aligned(64)));
    int32_t wide[ROOM * BLOCK] __attribute__((aligned(64)));
    uint16_t spikes[PANELS][ROWS];
    int starts[ROWS + 1], list[LIST];
};

struct product {
    const uint64_t *spikes;
    int words, rows;
    const int8_t *weights;
    int pre, bytes; /* of an item */
    const float *scales, *bias;
    int post;
    float *current;
    int stride;
};

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }

static int blocks_of(const struct product *p) { return (p->post + BLOCK - 1) / BLOCK; }

/* Bytes from the weights of one input to those of the next. */
static int64_t input_bytes(const struct product *p, int block) {
    return smaller(PART, blocks_of(p) - block / PART * PART) * BLOCK * p->bytes;
}

/* The weights of input 0. */
static const int8_t *base(const struct product *p, int block) {
    int padded = (p->pre + 31) / 32 * 32;
    return p->weights + ((int64_t)(block / PART * PART) * padded + block % PART) * BLOCK * p->bytes;
}

static inline int_lanes widened_shorts(const int16_t *at) {
#if defined(__AVX512F__)
    return (int_lanes)_mm512_cvtepi16_epi32(*(const __m256i *)at);
#elif defined(__AVX2__)
    return (int_lanes)_mm256_cvtepi16_epi32(*(const __m128i *)at);
#else
    return __builtin_convertvector(*(const half_lanes *)at, int_lanes);
#endif
}

/* Adds narrow sums of so many blocks to wide ones. */
static void widen(struct scratch *s, int blocks) {
    for (int i = 0; i < blocks * BLOCK; i += LANES) {
        *(pair_lanes *)(s->wide + i) += widened_shorts(s->narrow + i);
    }
}

/* Makes currents of wide sums, or of narrow ones; stride: blocks from the sums of one row to those of the next. */
static inline void finish(const struct product *p, int first, int rows, int block, int blocks, int stride, int wide,
                          struct scratch *s) {
    for (int row = 0; row < rows; row++) {
        float *to = p->current + (int64_t)(first + row) * p->stride + block * BLOCK;
        int from = row * stride * BLOCK;
        for (int i = 0; i < blocks * BLOCK; i += LANES) {
            int_lanes sum = wide ? (int_lanes)*(const pair_lanes *)(s->wide + from + i) : widened_shorts(s->narrow + from + i);
            store(to + i, __builtin_convertvector(sum, lanes) * load(p->scales + block * BLOCK + i) +
                              load(p->bias + block * BLOCK + i));
        }
    }
}

/* Lists the active inputs of as many rows as fit; returns how many rows. */
static int list(const struct product *p, int first, struct scratch *s) {
    int rows = 0, at = 0, padded = (blocks_of(p) + PART - 1) / PART * PART;
    int most = p->bytes == 1 ? smaller(ROWS, larger(LEAST_ROWS, ROOM / padded)) : ROWS;
    for (; rows < most && first + rows < p->rows && at + p->pre <= LIST; rows++) {
        s->starts[rows] = at;
        for (int word = 0; word < p->words; word++) {
            for (uint64_t bits = p->spikes[(int64_t)(first + rows) * p->words + word]; bits != 0; bits &= bits - 1) {
                s->list[at++] = word * WORD + __builtin_ctzll(bits);
            }
        }
    }
    s->starts[rows] = at;
    return rows;
}

/* For each row, the sums of so many active inputs as 16 bits hold, behind some that are skipped: of some vectors of bytes. */
static inline __attribute__((always_inline)) void add_bytes(const int8_t *from, int64_t input_bytes, int vectors, int rows,
                                                            int skipped, int16_t *to, int stride, struct scratch *s) {
    for (int row = 0; row < rows; row++, to += stride * BLOCK) {
        int start = s->starts[row] + skipped, end = smaller(s->starts[row + 1], start + ADDED);
        short_lanes both[STRIP] = {}, high[STRIP] = {};
        for (int at = start; at < end; at++) {
            const int8_t *input = from + s->list[at] * input_bytes;
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++) {
                short_lanes pairs = *(const short_lanes *)(input + v * BYTES);
                both[v] += pairs;
                high[v] += pairs >> 8;
            }
        }
        int16_t offset = larger(0, end - start) * BYTE_OFFSET;
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            int16_t *sums = to + v / (BLOCK / BYTES) * BLOCK + v % (BLOCK / BYTES) * (BYTES / 2);
            *(short_lanes *)sums = both[v] - (high[v] << 8) - offset;
            *(short_lanes *)(sums + BLOCK / 2) = high[v];
        }
    }
}

/* For each row, sums of some vectors of 16-bit weights. */
static inline void add_shorts(const int8_t *from, int64_t input_bytes, int rows, int32_t *to, int stride, struct scratch *s) {
    for (int row = 0; row < rows; row++, to += stride * BLOCK) {
        word_lanes both[STRIP] = {};
        int_lanes high[STRIP] = {};
        for (int at = s->starts[row]; at < s->starts[row + 1]; at++) {
            const int8_t *input = from + s->list[at] * input_bytes;
#pragma GCC unroll 4
            for (int v = 0; v < STRIP; v++) {
                int_lanes pairs = *(const pair_lanes *)(input + v * BYTES);
                both[v] += (word_lanes)pairs;
                high[v] += pairs >> 16;
            }
        }
        uint32_t offset = (s->starts[row + 1] - s->starts[row]) * SHORT_OFFSET;
#pragma GCC unroll 4
        for (int v = 0; v < STRIP; v++) {
            int32_t *sums = to + v / VECTORS * BLOCK + v % VECTORS * LANES;
            *(pair_lanes *)sums = (int_lanes)(both[v] - ((word_lanes)high[v] << 16) - offset);
            *(pair_lanes *)(sums + BLOCK / 2) = high[v];
        }
    }
}

/* All blocks from one on, of which there is room for the sums. */
static void add_active(const struct product *p, int rows, int skipped, int first, int end, int stride, struct scratch *s) {
    for (int block = first, next; block < end; block = next) {
        next = smaller(end, block + PART);
        int64_t bytes = input_bytes(p, block);
        const int8_t *from = base(p, block);
        int total = (next - block) * BLOCK * p->bytes;
        for (int done = 0; done < total; done += STRIP * BYTES) {
            int of = done / p->bytes / BLOCK, within = done / p->bytes % BLOCK / 2;
            int to = (block - first + of) * BLOCK + within;
            if (p->bytes == 2) {
                add_shorts(from + done, bytes, rows, s->wide + to, stride, s);
            } else if (total - done > 2 * BYTES) {
                add_bytes(from + done, bytes, STRIP, rows, skipped, s->narrow + to, stride, s);
            } else {
                add_bytes(from + done, bytes, 2, rows, skipped, s->narrow + to, stride, s);
            }
        }
    }
}

static void multiply_active(const struct product *p, struct scratch *s) {
    for (int first = 0, rows; first < p->rows; first += rows) {
        rows = list(p, first, s);
        int most = 0, padded = (blocks_of(p) + PART - 1) / PART * PART, stride = smaller(padded, ROOM / rows / PART * PART);
        for (int row = 0; row < rows; row++) {
            most = larger(most, s->starts[row + 1] - s->starts[row]);
        }
        for (int block = 0; block < blocks_of(p); block += stride) {
            int end = smaller(blocks_of(p), block + stride);
            if (p->bytes == 1 && most > ADDED) {
                memset(s->wide, 0, rows * stride * BLOCK * sizeof *s->wide);
                for (int skipped = 0; skipped < most; skipped += ADDED) {
                    add_active(p, rows, skipped, block, end, stride, s);
                    widen(s, rows * stride);
                }
                finish(p, first, rows, block, end - block, stride, 1, s);
            } else {
                add_active(p, rows, 0, block, end, stride, s);
                finish(p, first, rows, block, end - block, stride, p->bytes == 2, s);
            }
        }
    }
}

/* The 8 bits of an input's items that are added: all of 8, or the lower (without a sign) or upper ones of 16. */
enum plane { WHOLE, LOWER, UPPER };

/* The items of a strip from one input. Of bytes these are two vectors of pairs, first the lower and then the upper halves of a block. */
static inline void put_aside(const int8_t *at, enum plane plane, short_lanes *to) {
    if (plane == WHOLE) {
        for (int v = 0; v < 2; v++) {
            short_lanes pairs = *(const short_lanes *)(at + v * BYTES) ^ BYTE_OFFSET;
            to[BLOCKS == 2 ? 2 * v : v] = (pairs << 8) >> 8;
            to[BLOCKS == 2 ? 2 * v + 1 : v + 2] = pairs >> 8;
        }
        return;
    }
    for (int v = 0; v < STRIP; v++) {
        short_lanes items = (short_lanes)(*(const pair_lanes *)(at + v * BYTES) ^ SHORT_OFFSET);
        to[v] = plane == LOWER ? (short_lanes)(items & 0xff) : (short_lanes)(items >> 8);
    }
}

/* The tables of a panel. */
static void make(struct scratch *s) {
    for (int group = 0; group < PANEL / GROUP; group++) {
        for (int v = 0; v < STRIP; v++) {
            short_lanes w0 = s->items[GROUP * group][v], w1 = s->items[GROUP * group + 1][v];
            short_lanes w2 = s->items[GROUP * group + 2][v], w3 = s->items[GROUP * group + 3][v];
            short_lanes sums[8] = {(short_lanes){}, w0, w1, w0 + w1, w2, w0 + w2, w1 + w2, w0 + w1 + w2};
#pragma GCC unroll 8
            for (int entry = 0; entry < 8; entry++) {
                s->tables[group][entry][v] = sums[entry];
                s->tables[group][8 + entry][v] = sums[entry] + w3;
            }
        }
    }
}

/* Adds for each row an entry of each of the panel's tables. */
static void add_panel(int rows, int panel, int fresh, struct scratch *s) {
    short_lanes *narrow = (short_lanes *)s->narrow;
    for (int row = 0; row < rows; row++, narrow += STRIP) {
        uint32_t bits = s->spikes[panel][row];
        short_lanes sum[STRIP] = {};
        if (!fresh) {
            memcpy(sum, narrow, sizeof sum);
        }
#pragma GCC unroll 4
        for (int group = 0; group < PANEL / GROUP; group++) {
            const short_lanes *entry = s->tables[group][bits >> GROUP * group & (ENTRIES - 1)];
#pragma GCC unroll 4
            for (int v = 0; v < STRIP; v++) {
                sum[v] += entry[v];
            }
        }
        memcpy(narrow, sum, sizeof sum);
    }
}

/* Adds a strip's narrow sums to wide ones of so many blocks a row. */
static inline void widen_strip(int rows, int vector, enum plane plane, struct scratch *s) {
    if (plane == WHOLE && BLOCKS * VECTORS == STRIP) {
        widen(s, rows * BLOCKS);
        return;
    }
    for (int row = 0; row < rows; row++) {
        for (int v = 0; v < STRIP; v++) {
            const int16_t *from = s->narrow + (row * STRIP + v) * (BYTES / 2);
            int32_t *to = s->wide + row * BLOCKS * BLOCK;
            if (plane == WHOLE) {
                to += v / 2 * (BLOCK / 2) + vector * LANES + v % 2 * 2 * LANES;
                *(pair_lanes *)to += widened_shorts(from);
                *(pair_lanes *)(to + LANES) += widened_shorts(from + LANES);
            } else {
                pair_lanes pairs = *(const pair_lanes *)from;
                int shift = plane == UPPER ? 8 : 0;
                to += (vector + v) / VECTORS * BLOCK + (vector + v) % VECTORS * LANES;
                *(pair_lanes *)to += ((int_lanes)((word_lanes)pairs << 16) >> 16) << shift;
                *(pair_lanes *)(to + BLOCK / 2) += (pairs >> 16) << shift;
            }
        }
    }
}

static inline void add_plane(const struct product *p, int rows, int block, int vector, enum plane plane, struct scratch *s) {
    int added = plane == LOWER ? PANELS_ADDED / 2 : PANELS_ADDED, panels = (p->pre + PANEL - 1) / PANEL;
    int64_t bytes = input_bytes(p, block);
    const int8_t *from = base(p, block) + (plane == WHOLE ? vector / 2 : vector) * BYTES;
    for (int panel = 0; panel < panels; panel++) {
        for (int input = 0; input < PANEL; input++, from += bytes) {
            put_aside(from, plane, s->items[input]);
        }
        make(s);
        add_panel(rows, panel, panel % added == 0, s);
        if (panel % added == added - 1 || panel == panels - 1) {
            widen_strip(rows, vector, plane, s);
        }
    }
}

static void multiply_tables(const struct product *p, struct scratch *s) {
    for (int first = 0; first < p->rows; first += ROWS) {
        int rows = smaller(ROWS, p->rows - first);
        for (int row = 0; row < rows; row++) {
            const uint16_t *spikes = (const uint16_t *)(p->spikes + (int64_t)(first + row) * p->words);
            for (int panel = 0; panel * PANEL < p->pre; panel++) {
                s->spikes[panel][row] = spikes[panel];
            }
        }
        for (int block = 0; block < blocks_of(p); block += BLOCKS) {
            memset(s->wide, 0, rows * BLOCKS * BLOCK * sizeof *s->wide);
            for (int vector = 0; vector < BLOCKS * VECTORS; vector += STRIP) {
                if (p->bytes == 1) {
                    add_plane(p, rows, block, vector, WHOLE, s);
                } else {
                    add_plane(p, rows, block, vector, LOWER, s);
                    add_plane(p, rows, block, vector, UPPER, s);
                }
            }
            finish(p, first, rows, block, smaller(BLOCKS, blocks_of(p) - block), BLOCKS, 1, s);
        }
    }
}

/* bytes: of an item, 1 or 2; of at most 16,384 inputs. */
#define INTEGERS(name, multiply)                                                                                       \
    EXPORT(void, name)                                                                                                 \
    (const uint64_t *spikes, int words, int rows, const void *weights, int pre, int bytes, const float *scales,        \
     const float *bias, int post, float *current, int stride, void *scratch) {                                         \
        struct product product = {spikes, words, rows, weights, pre, bytes, scales, bias, post, current, stride};      \
        multiply(&product, scratch);                                                                                   \
    }

INTEGERS(integer_matmul_active, multiply_active)
INTEGERS(integer_matmul_tables, multiply_tables)

EXPORT(int, integer_matmul_scratch)(void) { return sizeof(struct scratch); }
