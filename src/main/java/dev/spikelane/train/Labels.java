package dev.spikelane.train;

/** Checks of labels. */
final class Labels {

    private Labels() {}

    /** Throws unless there is one label for each thing and those of a range are classes. */
    static void require(LossInput input, int count, String each, int first, int end, int classes) {
        int[] labels = input.labels();
        if (labels.length < count) {
            throw new IllegalArgumentException(
                    "there are " + labels.length + " labels, expected " + count + ", one for each " + each);
        }
        for (int i = first; i < end; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException("label " + (input.firstLabel() + i) + " is " + labels[i]
                        + ", expected a class of [0, " + classes + ")");
            }
        }
    }
}
