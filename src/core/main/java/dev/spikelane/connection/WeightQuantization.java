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

    /**
     * Rounds to -1, 0 or 1 by the {@linkplain #byMean mean}.
     *
     * @return the quantization
     */
    public static WeightQuantization ternary() {
        return new WeightQuantization(ElementType.TERNARY, ScaleRule.MEAN);
    }

    /**
     * Rounds to -7 to 7 by the {@linkplain #byLargest largest}.
     *
     * @return the quantization
     */
    public static WeightQuantization int4() {
        return new WeightQuantization(ElementType.INT4, ScaleRule.LARGEST);
    }

    /**
     * Rounds to -127 to 127 by the {@linkplain #byLargest largest}.
     *
     * @return the quantization
     */
    public static WeightQuantization int8() {
        return new WeightQuantization(ElementType.INT8, ScaleRule.LARGEST);
    }

    /**
     * Leaves floats as they are, where all other weights are rounded.
     *
     * @return no quantization
     */
    public static WeightQuantization float32() {
        return new WeightQuantization(ElementType.FLOAT32, ScaleRule.LARGEST);
    }

    /**
     * Takes the scale of a row from its largest magnitude.
     *
     * @return the same type with this scale
     */
    public WeightQuantization byLargest() {
        return new WeightQuantization(type, ScaleRule.LARGEST);
    }

    /**
     * Takes the scale of a row from its mean magnitude.
     *
     * @return the same type with this scale
     */
    public WeightQuantization byMean() {
        return new WeightQuantization(type, ScaleRule.MEAN);
    }

    /**
     * Learns the scale of each row. Its logarithm is a learned value beside the weights, {@code fc1.weight_scale}.
     *
     * @return the same type with this scale
     */
    public WeightQuantization learned() {
        return new WeightQuantization(type, ScaleRule.LEARNED);
    }

    /**
     * Returns the type of the integers.
     *
     * @return TERNARY, INT4 or INT8; FLOAT32 for floats
     */
    public ElementType type() {
        return type;
    }

    /**
     * Returns true if scales learn.
     *
     * @return whether {@link #learned} said so
     */
    public boolean isLearned() {
        return rule == ScaleRule.LEARNED;
    }

    /**
     * Returns true if scales follow from the mean.
     *
     * @return whether {@link #byMean} said so
     */
    public boolean isByMean() {
        return rule == ScaleRule.MEAN;
    }

    /** Such as {@code ternary by mean}. */
    @Override
    public String toString() {
        String scale = rule == ScaleRule.LEARNED ? ", learned" : " by " + rule;
        return (type == ElementType.FLOAT32 ? "floats" : type + scale).toLowerCase(Locale.ROOT);
    }
}
