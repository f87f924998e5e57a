/*
 * Events of a camera to packed spikes, as dev.spikelane.io does in two stages: decoding and binning, here in one. A step is
 * a span of time; tables say for each column and row which neuron it is, OUTSIDE where none; events before the first step
 * are late, and those behind the last end it.
 */
#include "lanes.h"

enum { OUTSIDE = 1 << 30, OVERFLOW_ROW = 240, OVERFLOW_TIME = 1 << 13, MOST = 0x7FF };

struct bins {
    const int32_t *of_x, *of_y;
    uint8_t *words;
    int64_t plane, span, row_bytes, steps;
    int64_t start, begin, end, row, placed;
};

/* Whether a later event may still belong to a step. */
static inline int place(struct bins *bins, int64_t time, int x, int y, int on) {
    if (time < bins->begin || time >= bins->end) {
        if (bins->start < 0) bins->start = time;
        if (time < bins->start) return 1;
        int64_t step = (time - bins->start) / bins->span;
        if (step >= bins->steps) return 0;
        bins->row = step * bins->row_bytes;
        bins->begin = bins->start + step * bins->span;
        bins->end = bins->begin + bins->span;
    }
    int neuron = bins->of_x[x] + bins->of_y[y];
    if (neuron < OUTSIDE) {
        bins->placed++;
        neuron += on * (int)bins->plane;
        *(uint64_t *)(bins->words + bins->row + (neuron >> 6 << 3)) |= 1ULL << (neuron & 63);
    }
    return 1;
}

/* N-MNIST: five bytes for an event. Returns how many were placed; sizes are plane, span, bytes of a row, steps. */
EXPORT(int64_t, events_bin)
(const uint8_t *bytes, int64_t count, const int32_t *of_x, const int32_t *of_y, uint8_t *words, const int64_t *sizes) {
    struct bins bins = {of_x, of_y, words, sizes[0], sizes[1], sizes[2], sizes[3], -1, 0, 0, 0, 0};
    int64_t passed = 0;
    for (int64_t at = 0; at + 5 <= count; at += 5) {
        uint32_t word = (uint32_t)bytes[at + 1] << 24 | bytes[at + 2] << 16 | bytes[at + 3] << 8 | bytes[at + 4];
        int y = word >> 24;
        if (y == OVERFLOW_ROW) {
            passed += OVERFLOW_TIME;
        } else if (!place(&bins, passed + (word & 0x7FFFFF), bytes[at], y, word >> 23 & 1)) {
            break;
        }
    }
    return bins.placed;
}

/* EVT 3: words of 16 bits, of which 12 or 8 bits may be pixels side by side. */
EXPORT(int64_t, events_evt3)
(const uint8_t *bytes, int64_t count, const int32_t *of_x, const int32_t *of_y, uint8_t *words, const int64_t *sizes) {
    struct bins bins = {of_x, of_y, words, sizes[0], sizes[1], sizes[2], sizes[3], -1, 0, 0, 0, 0};
    int64_t high = -1, time = 0, last = 0, wrapped = 0;
    int row = 0, base = 0, on = 0;
    for (int64_t at = 0; at + 2 <= count; at += 2) {
        int word = bytes[at] | bytes[at + 1] << 8;
        switch (word >> 12) {
            case 0x0: row = word & MOST; break;
            case 0x2:
                if (high >= 0 && !place(&bins, time, word & MOST, row, word >> 11 & 1)) return bins.placed;
                break;
            case 0x3: base = word & MOST; on = word >> 11 & 1; break;
            case 0x4:
            case 0x5: {
                int twelve = word >> 12 == 4;
                for (int mask = high < 0 ? 0 : word & (twelve ? 0xFFF : 0xFF); mask != 0; mask &= mask - 1) {
                    if (!place(&bins, time, base + __builtin_ctz(mask), row, on)) return bins.placed;
                }
                base += twelve ? 12 : 8;
                break;
            }
            case 0x6: time = high < 0 ? time : (high & ~0xFFFLL) | (word & 0xFFF); break;
            case 0x8: {
                int64_t now = (int64_t)(word & 0xFFF) << 12;
                if (last - now > 1 << 23) wrapped += 1 << 24;
                last = now;
                time = high = wrapped + now;
                break;
            }
        }
    }
    return bins.placed;
}
