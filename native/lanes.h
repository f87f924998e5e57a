/*
 * A vector of LANES floats and the few operations that differ between AVX-512, AVX2 and other CPUs. Arithmetic is written
 * with the operators that GCC and Clang define for vector types: one rounded operation each, as in Java's Vector API.
 */
#ifndef LANES_H
#define LANES_H

#include <stdint.h>

#define JOINED(name, variant) name##_##variant
#define WITH_VARIANT(name, variant) JOINED(name, variant)
/* An exported function: EXPORT(void, leaky_step)(...) defines leaky_step_avx512, leaky_step_avx2 or leaky_step_portable. */
#define EXPORT(type, name) __attribute__((visibility("default"))) type WITH_VARIANT(name, VARIANT)

#if defined(__AVX512F__)

#include <immintrin.h>
#define LANES 16
typedef __m512 lanes;
typedef __mmask16 lane_mask;

static inline lane_mask greater(lanes a, lanes b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
static inline lanes one_where(lane_mask mask) { return _mm512_maskz_mov_ps(mask, _mm512_set1_ps(1)); }
static inline uint64_t bits_of(lane_mask mask) { return mask; }
static inline lanes fused(lanes a, float b, lanes c) { return _mm512_fmadd_ps(a, _mm512_set1_ps(b), c); }
/* GCC 12 converts the halves of such a vector one after the other. */
#define WIDENED(at) _mm512_cvtepi8_epi16(*(const __m256i *)(at))

#elif defined(__AVX2__)

#include <immintrin.h>
#define LANES 8
typedef __m256 lanes;
typedef __m256 lane_mask;

static inline lane_mask greater(lanes a, lanes b) { return _mm256_cmp_ps(a, b, _CMP_GT_OQ); }
static inline lanes one_where(lane_mask mask) { return _mm256_and_ps(mask, _mm256_set1_ps(1)); }
static inline uint64_t bits_of(lane_mask mask) { return (uint32_t)_mm256_movemask_ps(mask); }
static inline lanes fused(lanes a, float b, lanes c) { return _mm256_fmadd_ps(a, _mm256_set1_ps(b), c); }
#define WIDENED(at) _mm256_cvtepi8_epi16(*(const __m128i *)(at))

#else

#define LANES 4
typedef float lanes __attribute__((vector_size(16), may_alias));
typedef int32_t lane_mask __attribute__((vector_size(16)));

static inline lane_mask greater(lanes a, lanes b) { return a > b; }

static inline lanes one_where(lane_mask mask) {
    const lanes one = {1, 1, 1, 1};
    return (lanes)(mask & (lane_mask)one);
}

static inline uint64_t bits_of(lane_mask mask) {
    return (mask[0] & 1) | (mask[1] & 2) | (mask[2] & 4) | (mask[3] & 8);
}

/* Not fused: the same where a product is exact. */
static inline lanes fused(lanes a, float b, lanes c) { return a * b + c; }

#endif

typedef uint32_t word_lanes __attribute__((vector_size(LANES * 4)));
typedef int32_t int_lanes __attribute__((vector_size(LANES * 4)));
typedef int16_t short_lanes __attribute__((vector_size(LANES * 4), may_alias));
typedef int8_t byte_lanes __attribute__((vector_size(LANES * 2), may_alias));

static inline lanes load(const float *at) { return *(const lanes *)at; }
static inline void store(float *at, lanes value) { *(lanes *)at = value; }

/* 2 * LANES integers of 8 bits as integers of 16. */
static inline short_lanes widened(const int8_t *at) {
#ifdef WIDENED
    return (short_lanes)WIDENED(at);
#else
    return __builtin_convertvector(*(const byte_lanes *)at, short_lanes);
#endif
}

/* The round of Threefry-2x32 that both the encoder and its roofline are made of. */
static inline void threefry_round(word_lanes *x0, word_lanes *x1, int rotation) {
    *x0 += *x1;
    *x1 = (*x1 << rotation | *x1 >> (32 - rotation)) ^ *x0;
}

#endif
