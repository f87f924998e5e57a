/*
 * Spikes times integer weights, as dev.spikelane.kernel.product.IntegerMatmul does, on the layout of PackedIntegers: [blocks of 64
 * outputs][inputs, padded to 32][64] items of 8 or 16 bits. Of the 64, output k stands at place 2k and output 32 + k at place 2k + 1, so
 * that two neighbors are the halves of a 32-bit lane; the lower half of a lane of 16-bit items has 32,768 added and no sign. Sums of integers have no
 * order, so that all of this leaves Java's bits: bias + scale * float(sum).
 */
#include "lanes.h"
#include <string.h>

enum {
    BLOCK = 64,                /* outputs that stand side by side */
    WORD = 64,                 /* inputs in a word of spikes */
    SHORTS = 2 * LANES,        /* 16-bit lanes of a vector */
    VECTORS = BLOCK / SHORTS,  /* vectors of 16-bit lanes in a block */
    STRIP = 4,                 /* vectors that are computed together */
    ROWS = 256,                /* rows that share a list or tables */
    LIST = 1 << 14,            /* active inputs that are listed at a time */
    ADDED = 256,               /* items of 8 bits that sums of 16 can hold */
    OFFSET = 1 << 15,          /* of the lower of two items of 16 bits */
    PANEL = 32,                /* inputs of the tables that are made at a time */
    GROUP = 4,                 /* inputs of a table */
    ENTRIES = 1 << GROUP,      /* entries of a table */
    PANELS_ADDED = ADDED/PANEL /* panels whose sums 16 bits can hold */
};

typedef int_lanes pair_lanes __attribute__((may_alias));

struct scratch {
    short_lanes tables[PANEL / GROUP][ENTRIES][STRIP];
    short_lanes narrow[ROWS][STRIP];
    int_lanes wide[ROWS][STRIP][2]; /* of even and of odd places */
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

/* The halves of 32-bit lanes. */
static inline int_lanes lower(short_lanes pairs) { return (int_lanes)((word_lanes)pairs << 16) >> 16; }
static inline int_lanes upper(short_lanes pairs) { return (int_lanes)pairs >> 16; }

/* Where the items of input 0 of a vector stand; those of the last block again where a block is missing. */
static const int8_t *base(const struct product *p, int vector) {
    int padded = (p->pre + PANEL - 1) / PANEL * PANEL, blocks = (p->post + BLOCK - 1) / BLOCK;
    return p->weights + (int64_t)smaller(vector / VECTORS, blocks - 1) * padded * BLOCK * p->bytes +
           vector % VECTORS * SHORTS * p->bytes;
}

static void clear(struct scratch *s, int rows) { memset(s->wide, 0, rows * sizeof *s->wide); }

/* Adds narrow sums, shifted, to wide ones. */
static void widen(struct scratch *s, int rows, int shift) {
    for (int row = 0; row < rows; row++) {
        for (int v = 0; v < STRIP; v++) {
            s->wide[row][v][0] += lower(s->narrow[row][v]) << shift;
            s->wide[row][v][1] += upper(s->narrow[row][v]) << shift;
        }
    }
}

/* Makes currents of wide sums, or of narrow ones. */
static inline void finish(const struct product *p, int first, int rows, int vector, int wide, struct scratch *s) {
    int end = (p->post + BLOCK - 1) / BLOCK * VECTORS;
    for (int v = 0; v < STRIP && vector + v < end; v++) {
        int64_t output = (int64_t)((vector + v) / VECTORS) * BLOCK + (vector + v) % VECTORS * LANES;
        for (int half = 0; half < 2; half++, output += BLOCK / 2) {
            lanes scale = load(p->scales + output), bias = load(p->bias + output);
            float *to = p->current + (int64_t)first * p->stride + output;
            for (int row = 0; row < rows; row++, to += p->stride) {
                int_lanes sum = wide ? s->wide[row][v][half]
                                     : half ? upper(s->narrow[row][v]) : lower(s->narrow[row][v]);
                store(to, __builtin_convertvector(sum, lanes) * scale + bias);
            }
        }
    }
}

/* Lists the active inputs of as many rows as fit, as bytes from input 0; returns how many rows. */
static int list(const struct product *p, int first, struct scratch *s) {
    int rows = 0, at = 0;
    for (; rows < ROWS && first + rows < p->rows && at + p->pre <= LIST; rows++) {
        s->starts[rows] = at;
        for (int word = 0; word < p->words; word++) {
            for (uint64_t bits = p->spikes[(int64_t)(first + rows) * p->words + word]; bits != 0; bits &= bits - 1) {
                s->list[at++] = (word * WORD + __builtin_ctzll(bits)) * BLOCK * p->bytes;
            }
        }
    }
    s->starts[rows] = at;
    return rows;
}

/* For each row, the sums of so many active inputs as 16 bits hold, behind some that are skipped. */
static void add_bytes(const struct product *p, int vector, int rows, int skipped, struct scratch *s) {
    const int8_t *near = base(p, vector), *far = base(p, vector + 2);
    for (int row = 0; row < rows; row++) {
        int at = s->starts[row] + skipped, end = smaller(s->starts[row + 1], at + ADDED);
        short_lanes sum0 = {}, sum1 = {}, sum2 = {}, sum3 = {};
        for (; at < end; at++) {
            const int8_t *first = near + s->list[at], *second = far + s->list[at];
            sum0 += widened(first);
            sum1 += widened(first + SHORTS);
            sum2 += widened(second);
            sum3 += widened(second + SHORTS);
        }
        s->narrow[row][0] = sum0;
        s->narrow[row][1] = sum1;
        s->narrow[row][2] = sum2;
        s->narrow[row][3] = sum3;
    }
}

/* For each row, the sums of whole 32-bit lanes beside those of their upper halves; the difference is the sum of the lower halves. */
static void add_shorts(const struct product *p, int vector, int rows, struct scratch *s) {
    const int8_t *near = base(p, vector), *far = base(p, vector + 2);
    for (int row = 0; row < rows; row++) {
        word_lanes both[STRIP] = {};
        int_lanes high[STRIP] = {};
        for (int at = s->starts[row]; at < s->starts[row + 1]; at++) {
            const int8_t *from[2] = {near + s->list[at], far + s->list[at]};
#pragma GCC unroll 4
            for (int v = 0; v < STRIP; v++) {
                int_lanes pairs = *(const pair_lanes *)(from[v / 2] + v % 2 * sizeof(int_lanes));
                both[v] += (word_lanes)pairs;
                high[v] += pairs >> 16;
            }
        }
        uint32_t offset = (s->starts[row + 1] - s->starts[row]) * OFFSET;
        for (int v = 0; v < STRIP; v++) {
            s->wide[row][v][0] = (int_lanes)(both[v] - ((word_lanes)high[v] << 16) - offset);
            s->wide[row][v][1] = high[v];
        }
    }
}

static void multiply_active(const struct product *p, struct scratch *s) {
    int end = (p->post + BLOCK - 1) / BLOCK * VECTORS;
    for (int first = 0, rows; first < p->rows; first += rows) {
        rows = list(p, first, s);
        int most = 0;
        for (int row = 0; row < rows; row++) {
            most = larger(most, s->starts[row + 1] - s->starts[row]);
        }
        for (int vector = 0; vector < end; vector += STRIP) {
            if (p->bytes == 2) {
                add_shorts(p, vector, rows, s);
                finish(p, first, rows, vector, 1, s);
            } else if (most <= ADDED) {
                add_bytes(p, vector, rows, 0, s);
                finish(p, first, rows, vector, 0, s);
            } else {
                clear(s, rows);
                for (int skipped = 0; skipped < most; skipped += ADDED) {
                    add_bytes(p, vector, rows, skipped, s);
                    widen(s, rows, 0);
                }
                finish(p, first, rows, vector, 1, s);
            }
        }
    }
}

/* The 8 bits of an input's items that are added: all of 8, or the lower (without a sign) or upper ones of 16. */
enum plane { WHOLE, LOWER, UPPER };

static inline short_lanes item(const int8_t *at, enum plane plane) {
    if (plane == WHOLE) {
        return widened(at);
    }
    short_lanes items = (short_lanes)(*(const pair_lanes *)at ^ OFFSET);
    if (plane == LOWER) {
        return items & 0xff;
    }
    return items >> 8;
}

/* The tables of a panel, of one of the vectors of a strip. */
static inline void make(const int8_t *from, int bytes, enum plane plane, int v, struct scratch *s) {
    for (int group = 0; group < PANEL / GROUP; group++, from += GROUP * BLOCK * bytes) {
        short_lanes w0 = item(from, plane), w1 = item(from + BLOCK * bytes, plane);
        short_lanes w2 = item(from + 2 * BLOCK * bytes, plane), w3 = item(from + 3 * BLOCK * bytes, plane);
        short_lanes sums[8] = {(short_lanes){}, w0, w1, w0 + w1, w2, w0 + w2, w1 + w2, w0 + w1 + w2};
#pragma GCC unroll 8
        for (int entry = 0; entry < 8; entry++) {
            s->tables[group][entry][v] = sums[entry];
            s->tables[group][8 + entry][v] = sums[entry] + w3;
        }
    }
}

/* Adds for each row an entry of each of the panel's tables. */
static void add_panel(const struct product *p, int first, int rows, int panel, int fresh, struct scratch *s) {
    for (int row = 0; row < rows; row++) {
        uint32_t bits = ((const uint32_t *)(p->spikes + (int64_t)(first + row) * p->words))[panel];
        short_lanes sum[STRIP] = {};
        if (!fresh) {
            memcpy(sum, s->narrow[row], sizeof sum);
        }
#pragma GCC unroll 8
        for (int group = 0; group < PANEL / GROUP; group++) {
            const short_lanes *entry = s->tables[group][bits >> GROUP * group & (ENTRIES - 1)];
#pragma GCC unroll 4
            for (int v = 0; v < STRIP; v++) {
                sum[v] += entry[v];
            }
        }
        memcpy(s->narrow[row], sum, sizeof sum);
    }
}

static inline void add_plane(const struct product *p, int first, int rows, int vector, enum plane plane,
                             struct scratch *s) {
    int added = plane == LOWER ? PANELS_ADDED / 2 : PANELS_ADDED, panels = (p->pre + PANEL - 1) / PANEL;
    int bytes = plane == WHOLE ? 1 : 2;
    for (int panel = 0; panel < panels; panel++) {
        for (int v = 0; v < STRIP; v++) {
            make(base(p, vector + v) + (int64_t)panel * PANEL * BLOCK * bytes, bytes, plane, v, s);
        }
        add_panel(p, first, rows, panel, panel % added == 0, s);
        if (panel % added == added - 1 || panel == panels - 1) {
            widen(s, rows, plane == UPPER ? 8 : 0);
        }
    }
}

static void multiply_tables(const struct product *p, struct scratch *s) {
    int end = (p->post + BLOCK - 1) / BLOCK * VECTORS;
    for (int vector = 0; vector < end; vector += STRIP) {
        for (int first = 0; first < p->rows; first += ROWS) {
            int rows = smaller(ROWS, p->rows - first);
            clear(s, rows);
            if (p->bytes == 1) {
                add_plane(p, first, rows, vector, WHOLE, s);
            } else {
                add_plane(p, first, rows, vector, LOWER, s);
                add_plane(p, first, rows, vector, UPPER, s);
            }
            finish(p, first, rows, vector, 1, s);
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
