package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Arange;
import dev.spikelane.simd.Checks;

/**
 * Computes targets that rise linearly from {@code off}, one step after a neuron's last spike, to {@code on} at its next
 * spike.
 *
 * <p>With the spikes before and after a step at steps {@code before} (-1 for none) and {@code after}:
 *
 * <pre>{@code
 * target[step] = off + (on - off) / (after - before - 1) * (step - before - 1)
 *                              before < step <= after, after > before + 1
 *                on            after = before + 1
 *                off           no spike afterwards
 * }</pre>
 *
 * <p>The bits are as {@code torch.arange} gives, see {@link Arange}. There is no vector variant: a neuron's steps
 * depend on each other, and targets are computed once for many uses.
 */
public final class RateRamp {

    private RateRamp() {}

    /**
     * Writes the targets of all steps.
     *
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch the samples of a step
     * @param on the target at a spike
     * @param off the target one step after a spike
     * @param targets {@code [steps * batch x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void interpolate(SpikeMatrix spikes, int batch, double on, double off, FloatMatrix targets) {
        Checks.range("batch", 0, batch, spikes.rows());
        Checks.wholeSteps(spikes.rows(), batch);
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        targets.requireShape("targets", spikes.rows(), spikes.columns());
        targets.fill((float) off);
        for (int row = 0; row < spikes.rows(); row++) {
            for (int word = 0; word < spikes.stride(); word++) {
                long bits = spikes.segment().get(JAVA_LONG, spikes.rowOffset(row) + (long) word * Long.BYTES);
                for (; bits != 0; bits &= bits - 1) {
                    int neuron = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    riseTo(row, spikes, neuron, batch, on, off, targets);
                }
            }
        }
    }

    /** Finds the spike before, then writes the steps between: each step is visited twice. */
    private static void riseTo(
            int row, SpikeMatrix spikes, int neuron, int batch, double on, double off, FloatMatrix targets) {
        int before = row - batch;
        while (before >= 0 && !fires(spikes, before, neuron)) {
            before -= batch;
        }
        int gap = (row - before) / batch - 1;
        if (gap == 0) {
            set(targets, row, neuron, (float) on);
            return;
        }
        double slope = (on - off) / gap;
        for (int step = 0; step <= gap; step++) {
            set(targets, before + (step + 1) * batch, neuron, Arange.term(off, slope, step, gap + 1));
        }
    }

    private static boolean fires(SpikeMatrix spikes, int row, int neuron) {
        long word = spikes.segment().get(JAVA_LONG, spikes.rowOffset(row) + (long) (neuron / Long.SIZE) * Long.BYTES);
        return (word >>> neuron & 1) != 0;
    }

    private static void set(FloatMatrix targets, int row, int neuron, float target) {
        targets.segment().set(JAVA_FLOAT, targets.rowOffset(row) + (long) neuron * Float.BYTES, target);
    }
}
