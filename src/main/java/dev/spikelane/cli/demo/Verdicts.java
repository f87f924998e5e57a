package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Confusion;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Table;
import dev.spikelane.train.Decoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a network makes of images, one by one and in all.
 *
 * @param images the images, the first of which are shown
 * @param counts for each image that is shown the spikes of each class
 * @param recognition what they are taken for
 * @param decoding how outputs become a class
 */
record Verdicts(ImageSet images, List<List<Integer>> counts, Recognition recognition, Decoding decoding) {

    private static final String TAKEN_FOR = "taken for";

    void add(Section section) {
        String columns = "spikes of each class"
                + (recognition.isJudged()
                        ? "; \"taken for\" is the class of " + TrainingRecipes.describe(decoding)
                                + ", the first of equal ones, as it was trained"
                        : "");
        List<Section> rows =
                IntStream.range(0, images.count()).mapToObj(this::verdict).toList();
        section.add(new Table("results", columns, Set.of("label", TAKEN_FOR), rows));
        if (recognition.isJudged()) {
            accuracy(section);
        }
    }

    private Section verdict(int image) {
        Section row = Section.of("").say("image", "%d", image);
        String label = images.label(image);
        if (!label.isEmpty()) {
            row.say("label", "%s", named("label", label));
        }
        int width = width(counts);
        List<Integer> spikes = counts.get(image);
        row.say(heads(width), cells(spikes, width), named("counts", spikes))
                .say("most", winner(spikes), named("fires_most", NetworkResult.winner(spikes)));
        if (recognition.isTrained()) {
            int found = recognition.found().get(image);
            List<Object> values = new ArrayList<>(List.of(images.nameOf(found)));
            String judged = "%s";
            if (recognition.isJudged()) {
                judged = recognition.isRight(image) ? "%s, right" : "%s, wrong";
                row.value("right", recognition.isRight(image));
            }
            if (found >= 0) {
                values.set(0, named("recognized_as", values.getFirst()));
            }
            row.say(TAKEN_FOR, judged, values.toArray());
        }
        return row;
    }

    /** How often the network is right. */
    private void accuracy(Section section) {
        int all = recognition.found().size();
        List<Integer> decided = recognition.decided();
        String silent = decided.size() < all ? ", " + (all - decided.size()) + " without a spike of any output" : "";
        section.say(
                        "Accuracy",
                        "%d of %d right%s (%.1f %%), decoded by %s",
                        recognition.right(recognition.shown()),
                        recognition.shown(),
                        all > recognition.shown() ? ", " + recognition.right(all) + " of all " + all : "",
                        percent("accuracy_of_recognized", recognition.accuracyOfAll()),
                        TrainingRecipes.describe(decoding))
                .value("decoding", decoding.toString())
                .value("accuracy", recognition.accuracy())
                .value("recognized", all)
                .add(new Confusion(
                        decided.stream().map(recognition.labels()::get).toList(),
                        decided.stream().map(recognition.found()::get).toList(),
                        List.of(images.names(TutorialRun.OUTPUTS)),
                        "Rows are what the images show, columns what the network takes them for; " + all + " images, "
                                + recognition.right(all) + " right" + silent + "."));
    }

    static int width(List<List<Integer>> counts) {
        int most = counts.stream().flatMap(List::stream).reduce(0, Math::max);
        return Math.max(3, String.valueOf(most).length());
    }

    static String heads(int width) {
        return cells(IntStream.range(0, TutorialRun.OUTPUTS).boxed().toList(), width);
    }

    static String cells(List<Integer> numbers, int width) {
        return numbers.stream()
                .map(number -> String.format("%" + (width + 1) + "d", number))
                .collect(Collectors.joining());
    }

    /** The class that fires most, if there is one. */
    static String winner(List<Integer> counts) {
        int winner = NetworkResult.winner(counts);
        if (winner < 0) {
            return "-";
        }
        return counts.lastIndexOf(counts.get(winner)) == winner ? String.valueOf(winner) : "tie";
    }
}
