package dev.spikelane.train.loss;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The weights of squared errors by the sample's label. In snnTorch's form, an output's weight is selected by the label
 * of the sample whose index is the output's index.
 *
 * @param values one weight for each class; null without weights
 * @param ofColumns true for snnTorch's form
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ErrorWeights(float @Nullable [] values, boolean ofColumns) {

    public static final ErrorWeights NONE = new ErrorWeights(null, false);

    @Override
    public String toString() {
        return "weights " + Arrays.toString(values) + (ofColumns ? " of outputs" : "");
    }

    public static float[] copyOf(float... weights) {
        for (int c = 0; c < weights.length; c++) {
            if (!(weights[c] >= 0 && Float.isFinite(weights[c]))) {
                throw new IllegalArgumentException(
                        "weight of class " + c + " is " + weights[c] + ", expected a finite number of at least 0");
            }
        }
        return weights.clone();
    }

    /** Throws unless there is a weight for each class and, in snnTorch's form, as many samples as outputs, or one. */
    void require(LossRows input, int classes) {
        if (values == null) {
            return;
        }
        if (values.length != classes) {
            throw new IllegalArgumentException(
                    "there are " + values.length + " class weights, expected " + classes + ", one for each class");
        }
        if (ofColumns && input.batch != 1 && input.batch != classes) {
            throw new IllegalArgumentException(
                    "weights by output need as many samples as outputs, or one, but there are " + input.batch
                            + " samples and " + classes + " outputs");
        }
        if (ofColumns) {
            Labels.require(input, input.batch, "sample", 0, input.batch, classes);
        }
    }

    float of(LossRows input, int sample, int output) {
        if (values == null) {
            return 1;
        }
        int labelOf = !ofColumns ? sample : input.batch == 1 ? 0 : output;
        return values[input.labels[labelOf]];
    }
}
