package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.train.Classifier;
import dev.spikelane.train.Decoding;
import java.io.IOException;

/**
 * Classification that ends as soon as no other class can win.
 *
 * @param every steps between decisions
 * @param steps of a whole image
 */
record EarlyRun(int every, int steps, double accuracy, double averageSteps) {

    static EarlyRun of(Model model, Dataset data, InputEncoding code, int steps, int every, long seed)
            throws IOException {
        long ran = 0;
        int right = 0;
        try (Classifier classifier = Classifier.of(model)
                .steps(steps)
                .code(code)
                .decoding(Decoding.COUNT)
                .seed(seed)
                .early(EarlyExit.exact(steps), every)) {
            FloatMatrix image = FloatMatrix.zeros(1, data.shape().size());
            for (int i = 0; i < data.size(); i++) {
                data.read(i, image, 0);
                Classifier.Result found = classifier.classify(image.toArray());
                ran += found.steps();
                right += found.label() == data.label(i) ? 1 : 0;
            }
        }
        return new EarlyRun(every, steps, (double) right / data.size(), (double) ran / data.size());
    }

    Section facts() {
        return Section.of("early")
                .say(
                        "Early",
                        "%.2f %% right after %.1f of %d steps on average, looked at after every %d",
                        percent("accuracy", accuracy),
                        named("average_steps", averageSteps),
                        steps,
                        every);
    }
}
