package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;

/**
 * A population code: classes are equal blocks of outputs, the first block for class 0. Without a code, each output is a
 * class.
 *
 * @param classes the number of classes
 * @param size outputs of a class
 */
public record ClassBlocks(int classes, int size) {

    /** Returns the blocks of {@code outputs} outputs; with 0 classes, each output is a class. */
    public static ClassBlocks of(int outputs, int classes) {
        if (classes == 0) {
            return new ClassBlocks(outputs, 1);
        }
        if (outputs % classes != 0) {
            throw new IllegalArgumentException("population code has " + classes + " classes for " + outputs
                    + " outputs, expected a divisor of the outputs");
        }
        return new ClassBlocks(classes, outputs / classes);
    }

    public static int requireClasses(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("population code has " + classes + " classes, expected at least 1");
        }
        return classes;
    }

    int outputs() {
        return classes * size;
    }

    /** Sums the outputs of each class, ascending. */
    public void pool(FloatMatrix outputs, int row, FloatMatrix pooled, int to) {
        for (int block = 0; block < classes; block++) {
            float sum = 0;
            for (int i = 0; i < size; i++) {
                sum += Elements.get(outputs, row, block * size + i);
            }
            Elements.set(pooled, to, block, sum);
        }
    }

    /** Copies each class's value to its outputs. */
    void spread(FloatMatrix pooled, int row, FloatMatrix outputs, int to) {
        for (int output = 0; output < outputs(); output++) {
            Elements.set(outputs, to, output, Elements.get(pooled, row, output / size));
        }
    }
}
