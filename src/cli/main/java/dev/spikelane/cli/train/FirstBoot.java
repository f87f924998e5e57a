package dev.spikelane.cli.train;

import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.input.EmbeddedModel;
import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Output;
import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** A trained network, shown before the training of another one: an image of a boot, spikes, and the accuracy. */
final class FirstBoot {

    private static final int BOOT = ImageSet.CLASSES.indexOf("ankle boot");
    private static final int STEPS = 50;
    private static final int BATCH = 32;
    private static final InputEncoding CODE = InputEncoding.named("rate", STEPS);

    private static final String PLAIN = " .:*#";
    /** Indexed by two bits: upper pixel bright, lower pixel bright. */
    private static final String BLOCKS = " ▄▀█";

    private static final float BRIGHT = 0.3f;

    private FirstBoot() {}

    /**
     * Returns true if the output is a terminal with half blocks. {@code System.console()} of JDK 25 is null without a
     * console.
     */
    @SuppressWarnings("SystemConsoleNull")
    static boolean blocks() {
        Console console = System.console();
        String encoding = System.getProperty("stdout.encoding", "US-ASCII");
        return console != null
                && console.isTerminal()
                && !"dumb".equals(System.getenv("TERM"))
                && Charset.forName(encoding).newEncoder().canEncode(BLOCKS);
    }

    static void show(Output output, boolean blocks, int threads) throws IOException {
        Model model = EmbeddedModel.read(EmbeddedModel.DENSE);
        ImageSet images = ImageSet.sample();
        int number = images.classes().indexOf(BOOT);
        FloatMatrix boot = images.intensities(List.of(number));
        Section picture = Section.of("", "A network that was trained before, on a boot that it has not seen");
        drawing(boot, images.width(), blocks)
                .lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> picture.say("", "%s", line));
        output.watch(picture);
        output.watch(spikes(model, images.dataset(), number));
        output.watch(accuracy(model, images.dataset(), threads));
    }

    /** Draws two rows of pixels as a line. */
    static String drawing(FloatMatrix image, int width, boolean blocks) {
        StringBuilder text = new StringBuilder();
        for (int pixel = 0; pixel + width < image.columns(); pixel += 2 * width) {
            for (int column = pixel; column < pixel + width; column++) {
                float upper = image.get(0, column);
                float lower = image.get(0, column + width);
                text.append(
                        blocks
                                ? BLOCKS.charAt((upper > BRIGHT ? 2 : 0) + (lower > BRIGHT ? 1 : 0))
                                : PLAIN.charAt(Math.round((upper + lower) / 2 * (PLAIN.length() - 1))));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static Section spikes(Model model, Dataset images, int boot) {
        OutputSpikes spikes = OutputSpikes.of(model.network(), STEPS, images, CODE, CommonOptions.SEED, boot);
        List<Integer> counts = spikes.counts(0);
        Section section = Section.of("", "Spikes of its outputs in " + STEPS + " steps, and how many these are");
        for (int output = 0; output < counts.size(); output++) {
            StringBuilder marks = new StringBuilder();
            for (int step = 0; step < STEPS; step++) {
                marks.append(spikes.get(0, step, output) ? '|' : '.');
            }
            if (counts.get(output) > 0) {
                section.say(ImageSet.CLASSES.get(output), "%s %d", marks.toString(), counts.get(output));
            }
        }
        int found = counts.indexOf(Collections.max(counts));
        String verdict = found == BOOT ? "right" : "wrong, it is an " + ImageSet.CLASSES.get(BOOT);
        return section.say("Most spikes", "%s: %s", ImageSet.CLASSES.get(found), verdict);
    }

    private static Section accuracy(Model model, Dataset images, int threads) {
        Decoding decoding = Objects.requireNonNull(
                TrainingRecipes.DECODINGS.get(model.decoding().orElse(Decoding.COUNT.toString())));
        Batching batching = new Batching(BATCH).withSeed(CommonOptions.SEED).withCode(CODE);
        try (Evaluator evaluator = new Evaluator(model.network(), STEPS, batching, threads).decoding(decoding)) {
            long start = System.nanoTime();
            Evaluator.Result result = evaluator.evaluate(images);
            double milliseconds = (System.nanoTime() - start) / 1e6 / images.size();
            return Section.of("")
                    .say(
                            "Accuracy",
                            "%.2f %% of %,d images that it has not seen\n"
                                    + "%.2f ms an image, while the JVM still compiles the kernels",
                            100 * result.accuracy(),
                            result.samples(),
                            milliseconds);
        }
    }
}
