package dev.spikelane.cli.train;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Confusion;
import dev.spikelane.cli.output.Section;
import dev.spikelane.train.Evaluator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Facts about the verdicts of a network and their cost. */
public final class EvaluationFacts {

    private EvaluationFacts() {}

    public static Section add(Section section, Evaluator.Result evaluation) {
        return add(section, evaluation, List.of());
    }

    public static Section add(Section section, Evaluator.Result evaluation, List<String> names) {
        section.say(
                "Accuracy",
                "%.2f %% of %,d images, decoded by %s",
                percent("accuracy", evaluation.accuracy()),
                named("images", evaluation.samples()),
                TrainingRecipes.describe(evaluation.decoding()),
                named("decoding", evaluation.decoding().toString()),
                named("loss", evaluation.loss()));
        return work(section, evaluation)
                .add(new Confusion(
                        evaluation.labels(),
                        evaluation.classes(),
                        names,
                        "Rows are what the images show, columns what they are taken for."));
    }

    public static Section work(Section section, Evaluator.Result evaluation) {
        double operations = evaluation.synapticOperations();
        Map<String, Double> spikes = evaluation.spikes();
        return section.say(
                        "Spikes",
                        "per image: %s",
                        spikes.entrySet().stream()
                                .map(each -> String.format(Locale.ROOT, "%s %,.1f", each.getKey(), each.getValue()))
                                .collect(Collectors.joining(", ")),
                        named("spikes_per_image", spikes))
                .say(
                        "Operations",
                        "%,.0f additions of a weight per image, in all steps together\n"
                                + "%.1f %% of the %,d multiplications and additions of a dense network in as many"
                                + " steps\n"
                                + "%.2f times the %,d of a dense network that runs once",
                        named("synaptic_operations_per_image", operations),
                        100 * operations / evaluation.denseOperationsOfSteps(),
                        named("dense_operations_of_steps", evaluation.denseOperationsOfSteps()),
                        operations / evaluation.denseOperations(),
                        named("dense_operations", evaluation.denseOperations()));
    }
}
