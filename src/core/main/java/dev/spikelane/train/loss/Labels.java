package dev.spikelane.train.loss;

/** Checks of labels. */
public final class Labels {

    private Labels() {}

    /** Throws unless the samples in {@code [first, end)} have labels of classes. */
    static void require(LossRows input, int first, int end, int classes) {
        require(input, input.batch, "sample", first, end, classes);
    }

    /** Throws unless each element has a label, and the labels of a range are classes. */
    public static void require(LossRows input, int count, String each, int first, int end, int classes) {
        int[] labels = input.labels;
        if (labels.length < count) {
            throw new IllegalArgumentException(
                    "there are " + labels.length + " labels, expected " + count + ", one for each " + each);
        }
        for (int i = first; i < end; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException("label " + (input.firstLabel + i) + " is " + labels[i]
                        + ", expected a class of [0, " + classes + ")");
            }
        }
    }
}
