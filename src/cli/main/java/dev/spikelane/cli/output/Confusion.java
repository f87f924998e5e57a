package dev.spikelane.cli.output;

import java.util.Collections;
import java.util.List;

/**
 * Counts of images by their class and the class that was found.
 *
 * @param labels the class of each image
 * @param found the class that was found for each
 * @param names of all classes; if there are none, there are as many classes as labels and verdicts name
 * @param caption a note for readers of the picture
 */
public record Confusion(List<Integer> labels, List<Integer> found, List<String> names, String caption) implements Fact {

    /** Returns the number of images by label and predicted class, {@code [label][found]}. */
    int[][] counts() {
        int classes = names.isEmpty() ? 1 + Math.max(Collections.max(labels), Collections.max(found)) : names.size();
        int[][] counts = new int[classes][classes];
        for (int image = 0; image < labels.size(); image++) {
            counts[labels.get(image)][found.get(image)]++;
        }
        return counts;
    }
}
