package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.loss.LossRows;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The input of a loss over a window, and over its first steps: a sample that ends in the window has a shorter input, so
 * that losses need not know different lengths.
 */
final class LossInputs {

    private final Loss.Input whole;
    private final Loss.@Nullable Input[] inputs;

    private final @Nullable FloatMatrix[] wholeTargets;

    private final @Nullable FloatMatrix[] firstTargets;

    LossInputs(int steps, int batch, int outputs) {
        this.whole = new Loss.Input(steps, batch, outputs);
        this.inputs = new Loss.Input[steps + 1];
        this.wholeTargets = new FloatMatrix[steps + 1];
        this.firstTargets = new FloatMatrix[steps + 1];
        inputs[steps] = whole;
    }

    /** Returns the input of all steps, which has the matrices, labels and targets. */
    Loss.Input whole() {
        return whole;
    }

    /** Returns an opened input of {@code count} steps. */
    Loss.Input of(int count) {
        return Objects.requireNonNull(inputs[count]);
    }

    /** Copies the content of the whole input to the input of {@code count} steps, without the divisor. */
    Loss.Input open(int count) {
        Loss.Input known = inputs[count];
        LossRows all = whole.rows();
        if (known == null) {
            known = new Loss.Input(count, all.batch, all.outputs);
            inputs[count] = known;
            if (all.spikes != null) {
                known.setSpikes(all.spikes.rows(0, count * all.batch));
            }
            if (all.membranes != null) {
                known.setMembranes(all.membranes.rows(0, count * all.batch));
            }
        }
        if (count < all.steps) {
            known.setLabels(all.labels, all.firstLabel);
            known.setSamples(all.samples);
            takeTargets(known, all);
        }
        return known;
    }

    private void takeTargets(Loss.Input of, LossRows all) {
        FloatMatrix wanted = all.targets;
        if (wanted == null || wanted.rows() != all.steps * all.batch) {
            of.rows().targets = wanted;
            return;
        }
        int count = of.steps();
        FloatMatrix known = firstTargets[count];
        if (known == null || !wanted.equals(wholeTargets[count])) {
            wholeTargets[count] = wanted;
            known = wanted.rows(0, count * all.batch);
            firstTargets[count] = known;
        }
        of.setTargets(known);
    }

    /** Returns the index after the samples that end together with the first one. */
    static int endOfEqual(int[] ends, int first, int end) {
        int behind = first + 1;
        while (behind < end && ends[behind] == ends[first]) {
            behind++;
        }
        return behind;
    }
}
