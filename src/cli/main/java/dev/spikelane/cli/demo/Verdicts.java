package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Table;
import dev.spikelane.train.Decoding;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The verdicts of a network on images.
 *
 * @param images the first of them are shown
 * @param counts spikes of each class for each shown image
 * @param found classes for the shown images and the rest of the sample; empty if the network is random
 */
record Verdicts(ImageSet images, List<List<Integer>> counts, List<Integer> found, Decoding decoding) {

    private static final String TAKEN_FOR = "taken for";

    boolean isTrained() {
        return !found.isEmpty();
    }

    boolean isJudged() {
        return isTrained() && !images.classes().isEmpty();
    }

    void add(Section section) {
        String columns = "spikes of each class"
                + (isJudged()
                        ? "; \"taken for\" is the class of " + TrainingRecipes.describe(decoding)
                                + ", the first of equal ones, as it was trained"
                        : "");
        List<Section> rows =
                IntStream.range(0, images.count()).mapToObj(this::verdict).toList();
        section.add(new Table("results", columns, Set.of("label", TAKEN_FOR), rows));
    }

    private Section verdict(int image) {
        Section row = Section.of("").say("image", "%d", image);
        if (!images.label(image).isEmpty()) {
            row.say("label", "%s", named("label", images.label(image)));
        }
        int width = width(counts);
        List<Integer> spikes = counts.get(image);
        row.say(cells(numbers(spikes.size()), width), cells(spikes, width), named("counts", spikes))
                .say("most", winner(spikes), named("fires_most", winnerOf(spikes)));
        if (isTrained()) {
            String judged = isJudged() ? isRight(image) ? "%s, right" : "%s, wrong" : "%s";
            row.say(TAKEN_FOR, judged, named("recognized_as", images.nameOf(found.get(image))));
        }
        return isJudged() ? row.value("right", isRight(image)) : row;
    }

    boolean isRight(int image) {
        return images.classes().get(image).equals(found.get(image));
    }

    String label(int image) {
        String label = images.label(image).isEmpty() ? "image " + image : images.label(image);
        if (!isTrained()) {
            return label;
        }
        String taken = images.nameOf(found.get(image));
        return isJudged() && isRight(image)
                ? label + ", right"
                : label + (isJudged() ? ", wrong: taken for " : ", taken for ") + taken;
    }

    static List<Integer> numbers(int neurons) {
        return IntStream.range(0, neurons).boxed().toList();
    }

    static int width(List<List<Integer>> counts) {
        int most = counts.stream().flatMap(List::stream).reduce(0, Math::max);
        return Math.max(3, String.valueOf(most).length());
    }

    static String cells(List<Integer> numbers, int width) {
        return numbers.stream()
                .map(number -> String.format("%" + (width + 1) + "d", number))
                .collect(Collectors.joining());
    }

    /** Returns the neuron that fires most, the lowest of equal ones; -1 if none fires. */
    static <T extends Number & Comparable<T>> int winnerOf(List<T> counts) {
        T most = Collections.max(counts);
        return most.doubleValue() == 0 ? -1 : counts.indexOf(most);
    }

    /** Returns the class that fires most, if it is unique. */
    static String winner(List<Integer> counts) {
        int winner = winnerOf(counts);
        if (winner < 0) {
            return "-";
        }
        return counts.lastIndexOf(counts.get(winner)) == winner ? String.valueOf(winner) : "tie";
    }
}
