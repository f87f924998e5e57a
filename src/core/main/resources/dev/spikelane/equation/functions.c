static inline uint32_t spk_bits(float x)
{
    uint32_t n;
    memcpy(&n, &x, sizeof n);
    return n;
}

static inline float spk_float(uint32_t n)
{
    float x;
    memcpy(&x, &n, sizeof x);
    return x;
}

static inline float spk_abs(float x)
{
    return spk_float(spk_bits(x) & 0x7fffffffu);
}

/*
 * a * b + c, rounded once. The product is exact in double; the sum is rounded to odd, so that the second
 * rounding is right (Boldo and Melquiond, 2008).
 */
static inline float spk_fma(float a, float b, float c)
{
#ifdef __FP_FAST_FMAF
    return __builtin_fmaf(a, b, c);
#else
    double product = (double) a * b;
    double sum = product + c;
    double added = sum - product;
    double error = (product - (sum - added)) + (c - added);
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if ((bits & 1) == 0 && (error < 0 || error > 0) && sum - sum == 0) {
        bits += (error > 0) == (sum > 0) ? 1 : UINT64_MAX;
        memcpy(&sum, &bits, sizeof sum);
    }
    return (float) sum;
#endif
}

/* The square root, bit by bit, as a target without the C library has no other. */
static float spk_sqrt(float x)
{
    uint32_t n = spk_bits(x);
    if (!(x > 0) || n >= 0x7f800000u) {
        return x < 0 ? NAN : x;
    }
    int32_t e = (int32_t) (n >> 23);
    uint64_t m = n & 0x7fffffu;
    if (e > 0) {
        m |= 0x800000u;
    } else {
        for (e = 1; m < 0x800000u; e--) {
            m <<= 1;
        }
    }
    int32_t shift = (e & 1) == 0 ? 26 : 25; /* so that e - 150 - shift is even */
    uint64_t square = m << shift;
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t) 1 << 24; bit != 0; bit >>= 1) {
        if ((root | bit) * (root | bit) <= square) {
            root |= bit;
        }
    }
    int32_t exponent = (e - 150 - shift) / 2 + 151;
    return spk_float(((uint32_t) exponent << 23) + (uint32_t) ((root + 1) >> 1) - 0x800000u);
}

/* 2 to the integer in the low bits of x. */
static inline float spk_power2(float x)
{
    return spk_float((spk_bits(x) + (uint32_t) -1262485377) << 23);
}

/* The exponent of a normal number. */
static inline float spk_exponent(float x)
{
    return spk_float((spk_bits(x) >> 23) - (uint32_t) -1262485377) - 0x1.8p23f;
}

/* a / 2^b. */
static inline float spk_scale(float a, float b)
{
    return spk_float(spk_bits(a) - (spk_bits(b + 0x1.8p23f) << 23));
}
