package dev.spikelane.cli.train;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import dev.spikelane.train.Evaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The first test images that a trained network classifies correctly, and the first that it does not. */
record TestImages(TrainingData data, Evaluator.Result test, Network network, TrainingSettings settings, long seed) {

    /** Images of each kind. */
    private static final int SHOWN = 4;

    /** Adds the images with their output spikes to a page. */
    void add(Report report) {
        int[] numbers = IntStream.concat(numbers(true), numbers(false)).toArray();
        OutputSpikes spikes =
                OutputSpikes.of(network, settings.steps(), data.test(), settings.inputCode(), seed, numbers);
        Shape shape = data.test().shape();
        FloatMatrix pixels = FloatMatrix.zeros(numbers.length, shape.size());
        String[] names = IntStream.range(0, spikes.spikes().columns())
                .mapToObj(this::name)
                .toArray(String[]::new);
        List<String> labels = new ArrayList<>();
        List<List<Integer>> counts = new ArrayList<>();
        List<Figure> rasters = new ArrayList<>();
        for (int i = 0; i < numbers.length; i++) {
            data.test().read(numbers[i], pixels, i);
            labels.add(label(numbers[i]));
            counts.add(spikes.counts(i));
            rasters.add(
                    Plot.raster("output", spikes.spikes(), numbers.length, i).labels(names));
        }
        report.section("Images")
                .text("The first " + SHOWN + " test images that are right and the first " + SHOWN
                        + " that are wrong. The bars are the spikes of each class in " + settings.steps()
                        + " steps, in the order of the matrix; a click shows the steps. The class is that of "
                        + TrainingRecipes.describe(test.decoding()) + ".")
                .verdicts(
                        pixels,
                        shape.rank() == 1 ? ImageSet.width(shape.size()) : shape.width(),
                        labels,
                        counts,
                        rasters);
    }

    private IntStream numbers(boolean right) {
        return IntStream.range(0, test.samples())
                .filter(image -> test.labels().get(image).equals(test.classes().get(image)) == right)
                .limit(SHOWN);
    }

    private String label(int image) {
        int label = test.labels().get(image);
        int found = test.classes().get(image);
        return name(label) + (label == found ? ", right" : ", wrong: taken for " + name(found));
    }

    private String name(int label) {
        List<String> names = data.classNames();
        return names.isEmpty() ? String.valueOf(label) : names.get(label);
    }
}
