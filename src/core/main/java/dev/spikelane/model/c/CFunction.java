package dev.spikelane.model.c;

import dev.spikelane.memory.ElementType;

/** C functions that do not depend on the network; a file contains only called functions. */
enum CFunction {
    LAYER("""
            /* Windows along one dimension; spread is the distance from one input to the next. */
            struct axis {
                int inputs, kernel, stride, padding, dilation, outputs, spread;
            };

            /* Channels of a group, and its outputs. A dense connection has windows of one place. */
            struct layer {
                int groups, channels, outputs;
                struct axis y, x;
            };

            """),
    PLACE("""
            /* The input that a window reads; -1 in the padding. */
            static int place(const struct axis *a, int output, int k)
            {
                int at = output * a->stride - a->padding + k * a->dilation;
                return at < 0 || at % a->spread != 0 || at / a->spread >= a->inputs ? -1 : at / a->spread;
            }

            """),
    LIST("""
            /* Lists the inputs of a window that fire, ascending. */
            static int list_spikes(const struct layer *l, int group, int oy, int ox, const uint8_t *in)
            {
                int count = 0;
                int k = 0;
                for (int ky = 0; ky < l->y.kernel; ky++) {
                    int y = place(&l->y, oy, ky);
                    for (int kx = 0; kx < l->x.kernel; kx++, k += l->channels) {
                        int x = place(&l->x, ox, kx);
                        if (y < 0 || x < 0) {
                            continue;
                        }
                        const uint8_t *from = in + ((y * l->x.inputs + x) * l->groups + group) * l->channels;
                        for (int c = 0; c < l->channels; c++) {
                            if (from[c]) {
                                list[count++] = k + c;
                            }
                        }
                    }
                }
                return count;
            }

            """),
    WALK("""
            #define EACH_POSITION(l, group, oy, ox) \\
                for (int group = 0; group < (l)->groups; group++) \\
                    for (int oy = 0; oy < (l)->y.outputs; oy++) \\
                        for (int ox = 0; ox < (l)->x.outputs; ox++)

            """),
    FLOAT_SPIKES("""
            static void add_rows(const float *const *row, int count, int outputs, float *restrict to)
            {
                const float *a = row[0];
                const float *b = row[1];
                const float *c = row[2];
                const float *d = row[3];
                switch (count) {
                case 1:
                    for (int o = 0; o < outputs; o++) {
                        to[o] += a[o];
                    }
                    break;
                case 2:
                    for (int o = 0; o < outputs; o++) {
                        to[o] += a[o] + b[o];
                    }
                    break;
                case 3:
                    for (int o = 0; o < outputs; o++) {
                        to[o] += (a[o] + b[o]) + c[o];
                    }
                    break;
                default:
                    for (int o = 0; o < outputs; o++) {
                        to[o] += ((a[o] + b[o]) + c[o]) + d[o];
                    }
                }
            }

            /* Bias, plus sums of the active weights of four consecutive inputs, ascending. */
            static void spikes_float(const struct layer *l, const uint8_t *in, const float *weights, const float *bias,
                                     float *out)
            {
                EACH_POSITION(l, group, oy, ox) {
                    int first = group * l->outputs;
                    float *to = out + (oy * l->x.outputs + ox) * l->groups * l->outputs + first;
                    const float *own = weights + first * l->y.kernel * l->x.kernel * l->channels;
                    memcpy(to, bias + first, (size_t) l->outputs * sizeof *to);
                    int count = list_spikes(l, group, oy, ox, in);
                    for (int i = 0; i < count;) {
                        const float *row[4] = {own, own, own, own};
                        int active = 0;
                        int four = list[i] / 4;
                        while (i < count && list[i] / 4 == four) {
                            row[active++ & 3] = own + list[i++] * l->outputs;
                        }
                        add_rows(row, active, l->outputs, to);
                    }
                }
            }

            """),
    RECURRENT_SPIKES("""
            /* One weight after the other, ascending, then the bias. */
            static void spikes_recurrent(const struct layer *l, const uint8_t *in, const float *weights,
                                         const float *bias, float *restrict out)
            {
                for (int o = 0; o < l->outputs; o++) {
                    out[o] = 0;
                }
                for (int k = 0; k < l->channels; k++) {
                    for (int o = 0; in[k] && o < l->outputs; o++) {
                        out[o] += weights[k * l->outputs + o];
                    }
                }
                for (int o = 0; o < l->outputs; o++) {
                    out[o] += bias[o];
                }
            }

            """),
    VALUE("""
            /* The value that a window reads. */
            static float value(const struct layer *l, int group, int oy, int ox, const float *in, int k)
            {
                int pixel = k / l->channels;
                int y = place(&l->y, oy, pixel / l->x.kernel);
                int x = place(&l->x, ox, pixel % l->x.kernel);
                return y < 0 || x < 0
                    ? 0
                    : in[((y * l->x.inputs + x) * l->groups + group) * l->channels + k % l->channels];
            }

            """),
    PRODUCTS("""
            #ifdef __GNUC__
            __attribute__((noinline))
            #endif
            static void add_products(float v, const float *restrict row, int count, float *restrict to)
            {
            #ifdef __FP_FAST_FMAF
                for (int o = 0; o < count; o++) {
                    to[o] = spk_fma(v, row[o], to[o]);
                }
            #else
                /* Rounding a sum of double to float is rounding once, unless it lies between two floats or is tiny. */
                for (int first = 0; first < count; first += 128) {
                    int some = count - first < 128 ? count - first : 128;
                    float made[128];
                    uint64_t doubt = 0;
                    for (int o = 0; o < some; o++) {
                        double sum = (double) v * row[first + o] + to[first + o];
                        uint64_t bits;
                        memcpy(&bits, &sum, sizeof bits);
                        uint64_t size = bits & 0x7fffffffffffffffu;
                        doubt |= ((bits & 0x1fffffffu) ^ 0x10000000u) - 1;
                        doubt |= (size - 0x3810000000000000u) & ~(size - 1);
                        made[o] = (float) sum;
                    }
                    for (int o = 0; doubt >> 63 && o < some; o++) {
                        made[o] = spk_fma(v, row[first + o], to[first + o]);
                    }
                    memcpy(to + first, made, (size_t) some * sizeof *made);
                }
            #endif
            }

            """),
    FLOAT_VALUES("""
            /* Bias, plus a fused multiply-add for each input, ascending. */
            static void values_float(const struct layer *l, const float *in, const float *weights, const float *bias,
                                     float *out)
            {
                EACH_POSITION(l, group, oy, ox) {
                    int first = group * l->outputs;
                    float *restrict to = out + (oy * l->x.outputs + ox) * l->groups * l->outputs + first;
                    const float *row = weights + first * l->y.kernel * l->x.kernel * l->channels;
                    memcpy(to, bias + first, (size_t) l->outputs * sizeof *to);
                    for (int k = 0; k < l->y.kernel * l->x.kernel * l->channels; k++) {
                        float v = value(l, group, oy, ox, in, k);
                        if ((v < 0 || v > 0) && v != 1) {
                            add_products(v, row, l->outputs, to);
                        } else { /* exact */
                            for (int o = 0; o < l->outputs; o++) {
                                to[o] += v * row[o];
                            }
                        }
                        row += l->outputs;
                    }
                }
            }

            """),
    INT8_SPIKES(integers("int8_t")),
    INT16_SPIKES(integers("int16_t")),
    INT8_VALUES(integerValues("int8_t")),
    INT16_VALUES(integerValues("int16_t")),
    SCALE_SPIKES("""
            static void spikes_scaled(int count, const uint8_t *in, const float *by, float *out)
            {
                for (int i = 0; i < count; i++) {
                    out[i] = in[i] ? by[i] : 0;
                }
            }

            """),
    SCALE_VALUES("""
            static void values_scaled(int count, const float *in, const float *by, float *out)
            {
                for (int i = 0; i < count; i++) {
                    out[i] = by[i] * in[i];
                }
            }

            """),
    AFFINE("""
            static void values_normalized(int count, int channels, const float *in, const float *by, const float *plus,
                                          float *out)
            {
                for (int i = 0; i < count; i++) {
                    out[i] = spk_fma(in[i], by[i % channels], plus[i % channels]);
                }
            }

            """),
    POOL_MAX("""
            static void pool_max(const struct layer *l, const float *in, float *out)
            {
                EACH_POSITION(l, c, oy, ox) {
                    float most = -INFINITY;
                    for (int ky = 0; ky < l->y.kernel; ky++) {
                        int y = place(&l->y, oy, ky);
                        for (int kx = 0; kx < l->x.kernel; kx++) {
                            int x = place(&l->x, ox, kx);
                            if (y >= 0 && x >= 0) {
                                float v = in[(y * l->x.inputs + x) * l->groups + c];
                                most = v > most || v != v ? v : most;
                            }
                        }
                    }
                    out[(oy * l->x.outputs + ox) * l->groups + c] = most;
                }
            }

            """),
    POOL_SUM("""
            static void pool_sum(const struct layer *l, const float *in, const float *divisors, float *out)
            {
                EACH_POSITION(l, c, oy, ox) {
                    float sum = 0;
                    for (int ky = 0; ky < l->y.kernel; ky++) {
                        int y = place(&l->y, oy, ky);
                        for (int kx = 0; kx < l->x.kernel; kx++) {
                            int x = place(&l->x, ox, kx);
                            sum += y < 0 || x < 0 ? 0 : in[(y * l->x.inputs + x) * l->groups + c];
                        }
                    }
                    int position = oy * l->x.outputs + ox;
                    out[position * l->groups + c] = divisors ? sum / divisors[position] : sum;
                }
            }

            """);

    final String text;

    CFunction(String text) {
        this.text = text;
    }

    static CFunction spikes(ElementType type) {
        return switch (type) {
            case INT8 -> INT8_SPIKES;
            case INT16 -> INT16_SPIKES;
            default -> FLOAT_SPIKES;
        };
    }

    static CFunction values(ElementType type) {
        return switch (type) {
            case INT8 -> INT8_VALUES;
            case INT16 -> INT16_VALUES;
            default -> FLOAT_VALUES;
        };
    }

    private static String integers(String type) {
        return """
                #ifdef __GNUC__
                __attribute__((noinline)) /* gcc 12 does not vectorize it inlined */
                #endif
                static void add_TYPE(const TYPE *restrict a, const TYPE *restrict b, const TYPE *restrict c,
                                     const TYPE *restrict d, int outputs, int32_t *restrict to)
                {
                    for (int o = 0; o < outputs; o++) {
                        to[o] += (a[o] + b[o]) + (c[o] + d[o]);
                    }
                }

                static void add_one_TYPE(const TYPE *restrict a, int outputs, int32_t *restrict to)
                {
                    for (int o = 0; o < outputs; o++) {
                        to[o] += a[o];
                    }
                }

                /* bias + scale * sum, of which the sum is exact. */
                static void spikes_TYPE(const struct layer *l, const uint8_t *in, const TYPE *weights,
                                        const float *scales, const float *bias, float *out)
                {
                    EACH_POSITION(l, group, oy, ox) {
                        int first = group * l->outputs;
                        float *to = out + (oy * l->x.outputs + ox) * l->groups * l->outputs + first;
                        const TYPE *own = weights + first * l->y.kernel * l->x.kernel * l->channels;
                        int count = list_spikes(l, group, oy, ox, in);
                        memset(sums, 0, (size_t) l->outputs * sizeof *sums);
                        int i = 0;
                        for (; i + 3 < count; i += 4) {
                            add_TYPE(own + list[i] * l->outputs, own + list[i + 1] * l->outputs,
                                     own + list[i + 2] * l->outputs, own + list[i + 3] * l->outputs, l->outputs, sums);
                        }
                        for (; i < count; i++) {
                            add_one_TYPE(own + list[i] * l->outputs, l->outputs, sums);
                        }
                        for (int o = 0; o < l->outputs; o++) {
                            to[o] = bias[first + o] + scales[first + o] * (float) sums[o];
                        }
                    }
                }

                """.replace("TYPE", type);
    }

    private static String integerValues(String type) {
        return """
                static void values_TYPE(const struct layer *l, const float *in, const TYPE *weights,
                                        const float *scales, const float *bias, float *out)
                {
                    EACH_POSITION(l, group, oy, ox) {
                        int first = group * l->outputs;
                        float *restrict to = out + (oy * l->x.outputs + ox) * l->groups * l->outputs + first;
                        const TYPE *row = weights + first * l->y.kernel * l->x.kernel * l->channels;
                        memcpy(to, bias + first, (size_t) l->outputs * sizeof *to);
                        for (int k = 0; k < l->y.kernel * l->x.kernel * l->channels; k++) {
                            float v = value(l, group, oy, ox, in, k);
                            for (int o = 0; o < l->outputs; o++) {
                                scaled[o] = scales[first + o] * (float) row[o];
                            }
                            add_products(v, scaled, l->outputs, to);
                            row += l->outputs;
                        }
                    }
                }

                """.replace("TYPE", type);
    }
}
