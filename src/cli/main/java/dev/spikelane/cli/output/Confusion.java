package dev.spikelane.cli.output;

import java.util.Collections;
import java.util.List;

/**
 * Classes of images and verdicts.
 *
 * @param names if empty, the largest class determines their number
 * @param caption a note on the picture
 */
public record Confusion(List<Integer> labels, List<Integer> found, List<String> names, String caption) implements Fact {

    /** Returns {@code [label][found]} numbers of images. */
    int[][] counts() {
        int classes = names.isEmpty() ? 1 + Math.max(Collections.max(labels), Collections.max(found)) : names.size();
        int[][] counts = new int[classes][classes];
        for (int image = 0; image < labels.size(); image++) {
            counts[labels.get(image)][found.get(image)]++;
        }
        return counts;
    }
}
