package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Networks have snnTorch's gradients, and torch's parameters after some updates. */
@EveryWidth
class GoldenTrainingTest {

    private static final String GRADIENT = "grad_";
    private static final String AFTER = "after_";

    @Test
    void backpropagationThroughTime() {
        GoldenSet.of("bptt").check(golden -> {
            checkGradients(golden);
            checkTrainer(golden);
        });
    }

    /** One image at every step, as a frame and as rows of each step. */
    @Test
    void convolutions() {
        GoldenSet.of("net_conv").check(golden -> {
            golden.leaveOutStarting("spk", "compared by GoldenNetworkTest");
            golden.leaveOutStarting("mem", "compared by GoldenNetworkTest");
            int steps = golden.integer("steps");
            for (int every : new int[] {steps, 7}) {
                checkImage(golden, every, true);
                checkImage(golden, every, false);
            }
        });
    }

    private static void checkImage(GoldenCase golden, int every, boolean framed) {
        GoldenNetwork made = GoldenNetwork.of(golden);
        int steps = golden.integer("steps");
        int batch = golden.integer("batch");
        Map<String, String> learned = learned(golden, made, GRADIENT);
        FloatMatrix image = FloatMatrix.copyOf(
                batch, made.network().inputs().getFirst().shape().size(), golden.floats("image"));
        FloatMatrix[] rows = new FloatMatrix[steps];
        Arrays.fill(rows, image);
        try (Gradients gradients = Gradients.of(made.network(), steps, batch)
                .surrogate(GoldenGradients.surrogate(golden.text("surrogate")))
                .learnOnly(learned.values().toArray(String[]::new))
                .threads(framed ? 2 : 1)
                .recomputeEvery(every)
                .startAtSpikes(made.output())
                .startAt(made.output(), "membrane")
                .build()) {
            if (framed) {
                gradients.forwardConstant(image);
            } else {
                gradients.forward(FloatMatrix.concatenate(rows));
            }
            requireLoss(golden, golden.scalar("loss"), evaluate(golden, loss(golden), gradients, made.output()));
            gradients.backward();
            learned.forEach((output, name) ->
                    golden.assertClose(output, gradients.gradient(name).toArray()));
        }
    }

    /** A batch norm in training, both kinds of pools, and two convolutions. */
    @Test
    void layers() {
        GoldenSet.of("net_layers").check(golden -> {
            int steps = golden.integer("steps");
            int batch = golden.shape("x").get(1);
            Network network = GoldenNetwork.layers(golden);
            SpikeMatrix x = SpikeMatrix.copyOf(
                    steps * batch, network.inputs().getFirst().shape().size(), golden.bytes("x"));
            Map<String, String> learned = new LinkedHashMap<>();
            for (String name : List.of("conv1", "bn", "conv2", "fc")) {
                boolean norm = name.equals("bn");
                for (String value : List.of("weight", "bias")) {
                    learned.put(
                            GRADIENT + name + "_" + value,
                            GoldenNetwork.valueName(
                                    network, norm ? "conv1" : name, norm || name.equals("fc") ? 1 : 0, value));
                }
            }
            for (int every : new int[] {steps, 4}) {
                try (Gradients gradients = Gradients.of(network, steps, batch)
                        .surrogate(Surrogate.atan())
                        .learnOnly(learned.values().toArray(String[]::new))
                        .threads(every == steps ? 1 : 2)
                        .recomputeEvery(every)
                        .startAtSpikes("p3")
                        .keep("p3", "membrane")
                        .build()) {
                    gradients.forward(x);
                    for (Population population : network.populations()) {
                        SpikeMatrix spikes = gradients.spikes(population.name());
                        golden.assertSpikes("spk" + population.name().substring(1), spikes.toArray());
                    }
                    golden.assertClose(
                            "mem3", gradients.values("p3", "membrane").toArray());
                    requireLoss(golden, golden.scalar("loss"), rateLoss(golden, gradients, steps, batch));
                    gradients.backward();
                    learned.forEach((output, name) ->
                            golden.assertClose(output, gradients.gradient(name).toArray()));
                }
            }
            checkRunningValues(golden, network, TrainingBatch.of(x, GoldenLabels.of(golden)), steps, batch);
        });
    }

    /** A training step moves running values once for each time step. */
    private static void checkRunningValues(GoldenCase golden, Network network, TrainingBatch x, int steps, int batch) {
        try (Trainer trainer = Trainers.of(network, steps, batch, CrossEntropyLoss.rate(), new Sgd(1e-3))) {
            trainer.step(x);
        }
        for (String value : List.of("running_mean", "running_var")) {
            String name = GoldenNetwork.valueName(network, "conv1", 1, value);
            golden.assertClose("bn_" + value, network.weights().get(name).toArray());
        }
    }

    private static double rateLoss(GoldenCase golden, Gradients gradients, int steps, int batch) {
        SpikeMatrix spikes = gradients.spikes("p3");
        Loss.Input input = new Loss.Input(steps, batch, spikes.columns()).setSpikes(spikes);
        input.setLabels(GoldenLabels.of(golden));
        Loss loss = CrossEntropyLoss.rate();
        input.setDivisor(loss.divisor(input));
        Loss.Gradient out = Loss.Gradient.ofSpikes(gradients.given("p3"));
        return loss.bind(steps, batch, input.outputs()).evaluate(input, out, new double[batch]);
    }

    @Test
    void adam() {
        GoldenSet.of("adam").check(golden -> {
            checkGradients(golden);
            GoldenNetwork made = GoldenNetwork.of(golden);
            int steps = golden.integer("steps");
            Adam optimizer = new Adam(golden.real("lr", 0))
                    .withBetas(golden.real("beta1", 0), golden.real("beta2", 0))
                    .withEpsilon(golden.real("eps", 0));
            Map<String, String> learned = learned(golden, made, AFTER);
            try (Trainer trainer = Trainer.of(made.network(), steps, golden.integer("batch"))
                    .loss(loss(golden))
                    .surrogate(GoldenGradients.surrogate(golden.text("surrogate")))
                    .learnOnly(learned.values().toArray(String[]::new))
                    .optimizer(optimizer)
                    .build()) {
                TrainingBatch batch = TrainingBatch.of(input(golden), GoldenLabels.of(golden));
                JsonNode losses = golden.scalars().path("losses");
                for (int i = 0; i < golden.integer("optimizer_steps"); i++) {
                    requireLoss(golden, losses.get(i).doubleValue(), trainer.step(batch));
                }
                learned.forEach((output, name) -> golden.assertClose(
                        output, made.network().weights().get(name).toArray()));
                requireLoss(golden, losses.get(losses.size() - 1).doubleValue(), trainer.step(batch));
            }
        });
    }

    /** Two batches, and an optimizer step after every K steps and after the rest. */
    @Test
    void truncated() {
        GoldenSet.of("tbptt").check(golden -> {
            Network network = GoldenNetwork.truncated(golden);
            int batch = golden.shape("x").get(1);
            int steps = golden.integer("steps");
            int inputs = golden.shape("x").get(2);
            float[] x = golden.floats("x");
            int[] labels = GoldenLabels.of(golden);
            try (Trainer trainer = Trainer.of(network, steps, batch)
                    .loss(CrossEntropyLoss.rate())
                    .surrogate(Surrogate.fastSigmoid())
                    .truncateEvery(golden.integer("K"))
                    .optimizer(new Sgd(golden.real("lr", 0)))
                    .build()) {
                for (int i = 0; i < golden.shape("x").getFirst(); i++) {
                    FloatMatrix frame = FloatMatrix.zeros(batch, inputs);
                    int[] own = new int[batch];
                    System.arraycopy(labels, i * batch, own, 0, batch);
                    float[] values = new float[batch * inputs];
                    System.arraycopy(x, i * values.length, values, 0, values.length);
                    frame.copyFrom(values);
                    trainer.step(TrainingBatch.ofFrame(frame, own));
                }
            }
            for (String name : new String[] {"fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias"}) {
                golden.assertClose(
                        name + "_after",
                        network.weights().get(name.replace('_', '.')).toArray());
            }
        });
    }

    private static void checkGradients(GoldenCase golden) {
        GoldenNetwork made = GoldenNetwork.of(golden);
        int steps = golden.integer("steps");
        int batch = golden.integer("batch");
        Map<String, String> learned = learned(golden, made, GRADIENT);
        Loss loss = loss(golden);
        int layers = made.network().populations().size();
        for (int every : new int[] {steps, 4}) {
            GradientsBuilder builder = Gradients.of(made.network(), steps, batch)
                    .surrogate(GoldenGradients.surrogate(golden.text("surrogate")))
                    .learnOnly(learned.values().toArray(String[]::new))
                    .threads(every == steps ? 1 : 2)
                    .recomputeEvery(every)
                    .startAtSpikes(made.output())
                    .startAt(made.output(), "membrane");
            try (Gradients gradients = builder.build()) {
                gradients.forward(input(golden));
                for (int layer = 1; layer <= layers; layer++) {
                    SpikeMatrix spikes = gradients.spikes(
                            made.network().populations().get(layer - 1).name());
                    golden.assertSpikes("spk" + layer, spikes.toArray());
                    assertEquals((long) golden.scalar("spike_count_lif" + layer), spikes.count());
                }
                String membranes = "mem" + layers;
                golden.assertClose(
                        membranes, gradients.values(made.output(), "membrane").toArray());
                requireLoss(golden, golden.scalar("loss"), evaluate(golden, loss, gradients, made.output()));
                gradients.backward();
                learned.forEach((output, name) ->
                        golden.assertClose(output, gradients.gradient(name).toArray()));
            }
        }
    }

    /** An observer sees torch's clipped gradients, and a veto leaves all values unchanged. */
    private static void checkTrainer(GoldenCase golden) {
        GoldenNetwork made = GoldenNetwork.of(golden);
        Map<String, String> learned = learned(golden, made, GRADIENT);
        double norm = norm(golden, learned);
        long before = made.network().weights().hash();
        for (double limit : new double[] {1e30, norm > 0 ? norm / 3 : 1}) {
            float scale = (float) Math.min(1, limit / (norm + 1e-6));
            try (Trainer trainer = Trainer.of(made.network(), golden.integer("steps"), golden.integer("batch"))
                    .loss(loss(golden))
                    .surrogate(GoldenGradients.surrogate(golden.text("surrogate")))
                    .learnOnly(learned.values().toArray(String[]::new))
                    .clipNorm(limit)
                    .onGradients((loss, gradients) -> {
                        requireLoss(golden, golden.scalar("loss"), loss);
                        learned.forEach((output, name) -> golden.assertClose(
                                output, scaled(gradients.apply(name).toArray(), 1 / scale)));
                        return false;
                    })
                    .build()) {
                requireLoss(
                        golden,
                        golden.scalar("loss"),
                        trainer.step(TrainingBatch.of(input(golden), GoldenLabels.of(golden))));
            }
            assertEquals(before, made.network().weights().hash(), golden + ": values after a veto");
        }
    }

    private static double norm(GoldenCase golden, Map<String, String> learned) {
        double sum = 0;
        for (String output : learned.keySet()) {
            for (float gradient : golden.floats(output)) {
                sum += (double) gradient * gradient;
            }
        }
        return Math.sqrt(sum);
    }

    private static float[] scaled(float[] values, float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return values;
    }

    private static double evaluate(GoldenCase golden, Loss loss, Gradients gradients, String output) {
        FloatMatrix membranes = gradients.values(output, "membrane");
        Loss.Input input = new Loss.Input(golden.integer("steps"), golden.integer("batch"), membranes.columns())
                .setSpikes(gradients.spikes(output))
                .setMembranes(membranes);
        input.setLabels(GoldenLabels.of(golden));
        input.setDivisor(loss.divisor(input));
        Loss.Gradient out = Loss.Gradient.NONE;
        if (loss.readsSpikes() && loss.readsMembranes()) {
            out = Loss.Gradient.of(gradients.given(output), gradients.given(output, "membrane"));
        } else if (loss.readsSpikes()) {
            out = Loss.Gradient.ofSpikes(gradients.given(output));
        } else if (loss.readsMembranes()) {
            out = Loss.Gradient.ofMembranes(gradients.given(output, "membrane"));
        }
        return loss.bind(input.steps(), input.batch(), input.outputs()).evaluate(input, out, new double[input.batch()]);
    }

    private static void requireLoss(GoldenCase golden, double expected, double found) {
        assertEquals(expected, found, 1e-5 * Math.abs(expected) + 1e-6, golden.name() + ": loss");
    }

    private static Signal input(GoldenCase golden) {
        int rows = golden.integer("steps") * golden.integer("batch");
        int columns = golden.shape("input").getLast();
        return golden.isFloat("input")
                ? FloatMatrix.copyOf(rows, columns, golden.floats("input"))
                : SpikeMatrix.copyOf(rows, columns, golden.bytes("input"));
    }

    /** Returns our names by prefixes of outputs. */
    private static Map<String, String> learned(GoldenCase golden, GoldenNetwork made, String prefix) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String output : golden.outputs()) {
            if (output.startsWith(prefix)) {
                names.put(output, made.name(output.substring(prefix.length())));
            }
        }
        return names;
    }

    private static Loss loss(GoldenCase golden) {
        return switch (golden.text("loss")) {
            case "ce_rate_loss" -> CrossEntropyLoss.rate();
            case "ce_count_loss" -> CrossEntropyLoss.count();
            case "ce_max_membrane_loss" -> CrossEntropyLoss.maxMembrane();
            case "ce_temporal_loss" -> CrossEntropyLoss.temporal();
            case "mem_cross_entropy_sum" -> CrossEntropyLoss.membrane();
            case "mse_count_loss" ->
                SquaredErrorLoss.count(golden.real("correct_rate", 1), golden.real("incorrect_rate", 0));
            case "mse_membrane_loss" ->
                SquaredErrorLoss.membrane(golden.real("on_target", 1), golden.real("off_target", 0));
            case "mse_temporal_loss" ->
                SquaredErrorLoss.spikeTime(golden.real("on_target", 0), golden.real("off_target", -1));
            default -> throw new IllegalArgumentException("no loss " + golden.text("loss"));
        };
    }
}
