package dev.spikelane.plot;

import java.util.List;

/** How often samples of one class (rows) are taken for which (columns); those on the diagonal are right. */
public final class ConfusionMatrixPlot implements Figure {

    /** The most classes. */
    static final int MOST_CLASSES = 200;

    private final String title;
    private final int[][] counts;
    private final List<String> labels;

    private ConfusionMatrixPlot(String title, int[][] counts, List<String> labels) {
        this.title = title;
        this.counts = counts;
        this.labels = labels;
    }

    static ConfusionMatrixPlot of(int[] targets, int[] predictions) {
        if (targets.length != predictions.length || targets.length == 0) {
            throw new IllegalArgumentException(targets.length + " targets and " + predictions.length
                    + " predictions, expected as many, at least one");
        }
        int classes = Math.max(most("target", targets), most("prediction", predictions)) + 1;
        int[][] counts = new int[classes][classes];
        for (int sample = 0; sample < targets.length; sample++) {
            counts[targets[sample]][predictions[sample]]++;
        }
        return new ConfusionMatrixPlot("", counts, Samples.numbers(classes));
    }

    @Override
    public String title() {
        return title;
    }

    /**
     * Gives it a title.
     *
     * @param newTitle the title
     * @return the same figure with it
     */
    public ConfusionMatrixPlot title(String newTitle) {
        return new ConfusionMatrixPlot(newTitle, counts, labels);
    }

    /**
     * Names the classes; their numbers otherwise.
     *
     * @param newLabels a name for each class, also of classes that no sample has
     * @return the same figure with them
     * @throws IllegalArgumentException if there are less names than classes, or too many
     */
    public ConfusionMatrixPlot labels(String... newLabels) {
        if (newLabels.length < counts.length || newLabels.length > MOST_CLASSES) {
            throw new IllegalArgumentException(newLabels.length + " labels, expected " + counts.length
                    + ", one for each class, or up to " + MOST_CLASSES);
        }
        int[][] wider = new int[newLabels.length][newLabels.length];
        for (int row = 0; row < counts.length; row++) {
            System.arraycopy(counts[row], 0, wider[row], 0, counts.length);
        }
        return new ConfusionMatrixPlot(title, wider, List.of(newLabels));
    }

    int classes() {
        return labels.size();
    }

    int count(int target, int prediction) {
        return counts[target][prediction];
    }

    List<String> labels() {
        return labels;
    }

    /** The share of samples on the diagonal. */
    double accuracy() {
        long right = 0;
        long all = 0;
        for (int row = 0; row < counts.length; row++) {
            right += counts[row][row];
            for (int count : counts[row]) {
                all += count;
            }
        }
        return right / (double) all;
    }

    private static int most(String what, int[] classes) {
        int most = 0;
        for (int sample = 0; sample < classes.length; sample++) {
            if (classes[sample] < 0 || classes[sample] >= MOST_CLASSES) {
                throw new IllegalArgumentException(what + " of sample " + sample + " is " + classes[sample]
                        + ", expected 0 to " + (MOST_CLASSES - 1));
            }
            most = Math.max(most, classes[sample]);
        }
        return most;
    }
}
