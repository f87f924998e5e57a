package dev.spikelane.train.loss;

import dev.spikelane.kernel.norm.Softmax;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a population's outputs to classes, and counts correct ones. It is bound to one size of batch, allocates
 * nothing, and is not thread-safe.
 */
public final class ClassDecoder {

    private final LossShape shape;
    /** Null for sums of softmaxes and for a user's scores. */
    private final @Nullable SampleScores read;

    private final ClassScore.@Nullable Reader own;
    private final FloatMatrix scores;
    private final float[] ownScores;
    private final @Nullable Softmax softmax;

    /**
     * Creates a decoder without a population code.
     *
     * @param decoding the scores of classes
     * @param steps time steps, at least 1
     * @param batch the most samples, at least 1
     * @param outputs neurons of the population, at least 1
     * @throws IllegalArgumentException if a size is below 1, or the scores have no decoder
     */
    public ClassDecoder(ClassScore decoding, int steps, int batch, int outputs) {
        this(decoding, steps, batch, outputs, 0);
    }

    /**
     * Creates a decoder.
     *
     * @param decoding the scores of classes
     * @param steps time steps, at least 1
     * @param batch the most samples, at least 1
     * @param outputs neurons of the population, at least 1
     * @param populationClasses the number of classes in equal blocks of outputs, which {@link ClassScore.Named#COUNT}
     *     sums; 0 if each output is a class
     * @throws IllegalArgumentException if a size is below 1, the scores have no decoder, or they allow no population
     *     code
     */
    public ClassDecoder(ClassScore decoding, int steps, int batch, int outputs, int populationClasses) {
        own = decoding instanceof ClassScore.Own declared ? declared.readers().get() : null;
        if (decoding == ClassScore.Named.NONE
                || populationClasses != 0 && own == null && decoding != ClassScore.Named.COUNT) {
            throw new IllegalArgumentException("decoding is " + decoding + ", expected "
                    + (populationClasses == 0
                            ? "one that gives classes"
                            : ClassScore.Named.COUNT + " for a population code"));
        }
        this.shape = new LossShape(steps, batch, outputs);
        ClassBlocks blocks = ClassBlocks.of(outputs, populationClasses);
        this.read = switch (decoding) {
            case ClassScore.Named.COUNT -> new CountScores(blocks);
            case ClassScore.Named.FIRST_SPIKE -> new FirstSpikeScores(outputs, false);
            case ClassScore.Named.LAST_MEMBRANE -> new HighestMembranes(outputs, true);
            case ClassScore.Named.MAX_MEMBRANE -> new HighestMembranes(outputs, false);
            case ClassScore.Named.MEMBRANE, ClassScore.Named.NONE -> null;
            case ClassScore.Own _ -> null;
        };
        this.scores = FloatMatrix.zeros(1, blocks.classes());
        this.ownScores = new float[own == null ? 0 : blocks.classes()];
        this.softmax = read == null && own == null ? new Softmax(outputs, steps) : null;
    }

    /**
     * Decodes some samples.
     *
     * @param input spikes or membranes, as the decoding needs; labels are not read
     * @param first the first sample
     * @param end the index after the last sample
     * @param classes gets the class of each sample, at the sample's index
     * @throws IllegalArgumentException if shapes differ
     * @throws IllegalStateException if spikes or membranes are missing
     * @throws IndexOutOfBoundsException if the range is not within the batch
     */
    public void decode(LossRows input, int first, int end, int[] classes) {
        shape.require(input, first, end, LossSink.NONE, classes.length);
        for (int sample = first; sample < end; sample++) {
            score(input, sample);
            classes[sample] = best(scores, 0);
        }
    }

    /** Returns the scores of the last decoded sample, {@code [1 x classes]}. */
    public FloatMatrix scores() {
        return scores;
    }

    /** Computes scores; the largest one wins, the first of equal ones. */
    private void score(LossRows input, int sample) {
        if (own != null) {
            Arrays.fill(ownScores, 0);
            own.read(input, sample, ownScores);
            scores.copyFrom(ownScores);
        } else if (softmax != null) {
            softmax.take(input.membranes(), sample, input.batch, shape.steps());
            softmax.add(scores, 0);
        } else {
            Objects.requireNonNull(read).read(input, sample, scores);
        }
    }

    /** Returns the column of a row's largest score, the first of equal ones. */
    public static int best(FloatMatrix scores, int at) {
        int best = 0;
        for (int c = 1; c < scores.columns(); c++) {
            if (Elements.get(scores, at, c) > Elements.get(scores, at, best)) {
                best = c;
            }
        }
        return best;
    }

    /**
     * Counts the samples whose class is their label.
     *
     * @param classes from {@link #decode}
     * @param labels the correct classes
     * @param first the first sample
     * @param end the index after the last sample
     * @return the number of correct classes
     * @throws IndexOutOfBoundsException if the range is not within the batch
     */
    public static int right(int[] classes, int[] labels, int first, int end) {
        int right = 0;
        for (int sample = first; sample < end; sample++) {
            right += classes[sample] == labels[sample] ? 1 : 0;
        }
        return right;
    }
}
