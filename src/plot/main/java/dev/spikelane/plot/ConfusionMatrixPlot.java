package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.picture.Picture;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Numbers of samples by class (rows) and predicted class (columns); the diagonal has the correct ones. */
final class ConfusionMatrixPlot extends Figure {

    static final int MOST_CLASSES = 200;

    private int[][] counts;
    private List<String> labels;

    ConfusionMatrixPlot(int[] targets, int[] predictions) {
        if (targets.length != predictions.length || targets.length == 0) {
            throw new IllegalArgumentException(targets.length + " targets and " + predictions.length
                    + " predictions, expected as many, at least one");
        }
        int classes = Math.max(most("target", targets), most("prediction", predictions)) + 1;
        counts = new int[classes][classes];
        for (int sample = 0; sample < targets.length; sample++) {
            counts[targets[sample]][predictions[sample]]++;
        }
        labels = Samples.numbers(classes);
    }

    @Override
    List<String> axes() {
        return List.of("prediction", "target");
    }

    @Override
    public Figure labels(String... newLabels) {
        Objects.requireNonNull(newLabels, "newLabels");
        if (newLabels.length < counts.length || newLabels.length > MOST_CLASSES) {
            throw new IllegalArgumentException(newLabels.length + " labels, expected " + counts.length
                    + ", one for each class, or up to " + MOST_CLASSES);
        }
        int[][] wider = new int[newLabels.length][newLabels.length];
        for (int row = 0; row < counts.length; row++) {
            System.arraycopy(counts[row], 0, wider[row], 0, counts.length);
        }
        labels = Samples.named(newLabels);
        counts = wider;
        return this;
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

    /** Returns the fraction of samples on the diagonal. */
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

    @Override
    Picture picture() {
        return new ConfusionPicture(this);
    }

    @Override
    void write(JsonWriter json) {
        json.name("kind").value("confusion").name("labels").strings(labels());
        json.name("counts").array();
        for (int target = 0; target < classes(); target++) {
            for (int prediction = 0; prediction < classes(); prediction++) {
                json.value(count(target, prediction));
            }
        }
        json.end();
    }

    @Override
    String describe() {
        return String.format(Locale.ROOT, "Confusion matrix of %d classes, accuracy %.3f", classes(), accuracy());
    }
}
