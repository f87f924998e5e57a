package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a trained network takes images for.
 *
 * @param labels what they show, in the order of the file; empty if nobody knows
 * @param found what they are taken for: those that are shown, and all others of the sample; -1 where no output fires
 * @param shown how many of them are shown
 */
record Recognition(List<Integer> labels, List<Integer> found, int shown) {

    /** A network without training recognizes nothing. */
    static final Recognition NONE = new Recognition(List.of(), List.of(), 0);

    boolean isTrained() {
        return !found.isEmpty();
    }

    boolean isJudged() {
        return isTrained() && !labels.isEmpty();
    }

    boolean isRight(int image) {
        return labels.get(image).equals(found.get(image));
    }

    /** What an image shows, and what it was taken for. */
    String label(ImageSet images, int image) {
        String label = images.label(image).isEmpty() ? "image " + image : images.label(image);
        if (!isTrained()) {
            return label;
        }
        String taken = images.nameOf(found.get(image));
        if (!isJudged()) {
            return label + ", taken for " + taken;
        }
        return label + (isRight(image) ? ", right" : ", wrong: taken for " + taken);
    }

    /** How many of the first images are right. */
    int right(int images) {
        int right = 0;
        for (int image = 0; image < images; image++) {
            right += isRight(image) ? 1 : 0;
        }
        return right;
    }

    double accuracy() {
        return (double) right(shown) / shown;
    }

    double accuracyOfAll() {
        return (double) right(found.size()) / found.size();
    }

    /** The first images that are wrong and not shown, at most so many. */
    List<Integer> mistakes(int most) {
        return isJudged()
                ? IntStream.range(shown, found.size())
                        .filter(image -> !isRight(image))
                        .limit(most)
                        .boxed()
                        .toList()
                : List.of();
    }

    /** All images for which some output fires. */
    List<Integer> decided() {
        return IntStream.range(0, found.size())
                .filter(image -> found.get(image) >= 0)
                .boxed()
                .toList();
    }
}
