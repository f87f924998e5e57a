package dev.spikelane.connection;

import dev.spikelane.kernel.product.integer.ScaleRule;
import dev.spikelane.memory.ElementType;
import java.util.Locale;

/**
 * Quantization-aware training rounds weights to integers during training. The trainer keeps floats; the optimizer
 * changes them, and checkpoints and files hold them. Each step rounds them once, with one scale for each row, and the
 * forward pass computes exactly the numbers of a network with these integers. Gradients pass straight through the
 * rounding, and are zero for weights beyond the range of the integers. Immutable.
 *
 * <p>A row has {@code n} weights {@code w}, and {@code G} is the largest integer, 1, 7 or 127. Then
 * {@code item = clamp(rint(w / scale), -G, G)}:
 *
 * <pre>{@code
 * byLargest   scale = max |w| / G                   all gradients pass; integers of Network.quantized, but for ternary
 * byMean      scale = 2 mean |w| / sqrt(G)          gradients pass where |w| < (G + 1/2) scale
 *   ternary     item = sign(w) where |w| > t = 0.7 mean |w|, else 0; scale = mean of those |w|; where |w| < 3 t
 * learned     scale is learned, from 2 mean |w| / sqrt(G) on; gradients pass where |w| < G scale
 *   a row of zeros starts from 1 / sqrt(n G)
 * }</pre>
 *
 * <p>The threshold of ternary weights is from ternary weight networks (Li, Zhang and Liu 2016), the learned scale from
 * LSQ (Esser et al. 2020), with the gradient {@code sum of g (|w| < G scale ? item - w / scale : item) / sqrt(n G)}.
 * The optimizer changes the logarithm of the scale by it over the scale: SGD's steps are LSQ's, and Adam's steps are a
 * share of the scale. Weight decay leaves scales alone; a norm that is clipped counts their gradients.
 */
public final class WeightQuantization {

    private final ElementType type;
    private final ScaleRule rule;

    private WeightQuantization(ElementType type, ScaleRule rule) {
        this.type = type;
        this.rule = rule;
    }

    /** {@return rounding to -1, 0 or 1 by the {@linkplain #byMean mean}} */
    public static WeightQuantization ternary() {
        return new WeightQuantization(ElementType.TERNARY, ScaleRule.MEAN);
    }

    /** {@return rounding to -7 to 7 by the {@linkplain #byLargest largest}} */
    public static WeightQuantization int4() {
        return new WeightQuantization(ElementType.INT4, ScaleRule.LARGEST);
    }

    /** {@return rounding to -127 to 127 by the {@linkplain #byLargest largest}} */
    public static WeightQuantization int8() {
        return new WeightQuantization(ElementType.INT8, ScaleRule.LARGEST);
    }

    /** {@return no rounding, for projections that keep floats while all others are rounded} */
    public static WeightQuantization float32() {
        return new WeightQuantization(ElementType.FLOAT32, ScaleRule.LARGEST);
    }

    /** {@return this type with scales from the largest magnitude of a row} */
    public WeightQuantization byLargest() {
        return new WeightQuantization(type, ScaleRule.LARGEST);
    }

    /** {@return this type with scales from the mean magnitude of a row} */
    public WeightQuantization byMean() {
        return new WeightQuantization(type, ScaleRule.MEAN);
    }

    /**
     * {@return this type with a learned scale for each row} The scale's logarithm is a learned value beside the
     * weights, {@code fc1.weight_scale}.
     */
    public WeightQuantization learned() {
        return new WeightQuantization(type, ScaleRule.LEARNED);
    }

    /** {@return TERNARY, INT4 or INT8; FLOAT32 for floats} */
    public ElementType type() {
        return type;
    }

    /** {@return true if scales are learned} */
    public boolean isLearned() {
        return rule == ScaleRule.LEARNED;
    }

    /** {@return true if scales follow from the mean} */
    public boolean isByMean() {
        return rule == ScaleRule.MEAN;
    }

    /** Returns for example {@code ternary by mean}. */
    @Override
    public String toString() {
        String scale = rule == ScaleRule.LEARNED ? ", learned" : " by " + rule;
        return (type == ElementType.FLOAT32 ? "floats" : type + scale).toLowerCase(Locale.ROOT);
    }
}
