package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches are normalized as torch does it: those of golden cases are steps of one window. */
@EveryWidth
class GoldenBatchNormTest {

    private static final int BATCHES = 3;

    @Test
    void trainingAndEvaluation() {
        GoldenSet.of("batch_norm").check(golden -> {
            List<Integer> shape = golden.shape("x0");
            int channels = shape.get(1);
            int positions = GoldenArray.length(shape) / shape.get(0) / channels;
            BatchNorm said =
                    BatchNorm.of(channels).withEpsilon(golden.real("eps", 0)).withMomentum(golden.real("momentum", 0));
            Shape rows = shape.size() == 2 ? Shape.of(channels) : Shape.of(channels, 1, positions);
            Normalized network = new Normalized(golden.flag("affine") ? said : said.withoutAffine(), rows);
            if (golden.flag("affine")) {
                network.set("weight", golden.floats("weight"));
                network.set("bias", golden.floats("bias"));
            }
            int batch = shape.get(0);
            FloatMatrix x = FloatMatrix.zeros(BATCHES * batch, rows.size());
            float[] all = new float[BATCHES * batch * rows.size()];
            for (int i = 0; i < BATCHES; i++) {
                System.arraycopy(golden.floats("x" + i), 0, all, i * batch * rows.size(), batch * rows.size());
            }
            x.copyFrom(all);
            checkGradients(golden, network, x, batch);
            network.train(x, BATCHES, batch);
            golden.assertClose("running_mean", network.get("running_mean"));
            golden.assertClose("running_var", network.get("running_var"));
            assertEquals(BATCHES, network.get("num_batches_tracked")[0]);
            FloatMatrix evaluated = FloatMatrix.zeros(batch, rows.size());
            evaluated.copyFrom(golden.floats("x_eval"));
            golden.assertClose("y_eval", network.simulate(evaluated, batch));
        });
    }

    /** Each step is normalized by its own statistics: the spikes behind a pool, and the running values of all steps. */
    @Test
    void stepsOfANetwork() {
        GoldenSet.of("net_layers").check(golden -> {
            List<Integer> shape = golden.shape("x");
            int steps = shape.get(0);
            int batch = shape.get(1);
            Convolution convolution = new Convolution(golden, shape);
            Shape maps = convolution.made();
            Normalized network = new Normalized(BatchNorm.of(maps.channels()), maps);
            network.set("weight", golden.floats("bn_weight"));
            network.set("bias", golden.floats("bn_bias"));
            FloatMatrix rows = convolution.rows(golden.bytes("x"), steps * batch);
            try (Gradients gradients = network.gradients(steps, batch)) {
                gradients.forward(rows);
                float[] y = network.inTorch(gradients.values("p", "membrane"));
                golden.assertSpikes("spk1", pooledSpikes(y, maps, steps, batch));
            }
            network.train(rows, steps, batch);
            golden.assertClose("bn_running_mean", network.get("running_mean"));
            golden.assertClose("bn_running_var", network.get("running_var"));
            String reason = "compared by GoldenTrainingTest";
            golden.leaveOutStarting("grad_", reason);
            golden.leaveOutStarting("spk", reason);
            golden.leaveOutStarting("mem", reason);
        });
    }

    /** The largest of two by two, and Leaky neurons of 0.8. */
    private static byte[] pooledSpikes(float[] y, Shape maps, int steps, int batch) {
        int height = maps.height() / 2;
        int width = maps.width() / 2;
        int pooled = maps.channels() * height * width;
        byte[] spikes = new byte[steps * batch * pooled];
        float[] membranes = new float[batch * pooled];
        for (int i = 0; i < spikes.length; i++) {
            int column = i % width * 2;
            int row = i / width % height * 2;
            int map = i / width / height; // of all samples and steps
            float most = Float.NEGATIVE_INFINITY;
            for (int at = 0; at < 4; at++) {
                most = Math.max(most, y[(map * maps.height() + row + at / 2) * maps.width() + column + at % 2]);
            }
            int neuron = i % membranes.length;
            float reset = membranes[neuron] > 1 ? 1 : 0;
            membranes[neuron] = 0.8f * membranes[neuron] + most - reset;
            spikes[i] = (byte) (membranes[neuron] > 1 ? 1 : 0);
        }
        return spikes;
    }

    /** The first convolution of a network, in plain loops. */
    private static final class Convolution {

        private final int channels;
        private final int height;
        private final int width;
        private final int kernel;
        private final int stride;
        private final int padding;
        private final float[] weights;
        private final float[] bias;

        Convolution(GoldenCase golden, List<Integer> shape) {
            this.channels = shape.get(2);
            this.height = shape.get(3);
            this.width = shape.get(4);
            JsonNode said = golden.parameters().path("conv1");
            this.kernel = said.path("kernel").intValue();
            this.stride = said.path("stride").intValue();
            this.padding = said.path("padding").intValue();
            this.weights = golden.floats("conv1_weight");
            this.bias = golden.floats("conv1_bias");
        }

        Shape made() {
            return Shape.of(
                    bias.length,
                    (height + 2 * padding - kernel) / stride + 1,
                    (width + 2 * padding - kernel) / stride + 1);
        }

        FloatMatrix rows(byte[] x, int count) {
            Shape made = made();
            FloatMatrix rows = FloatMatrix.zeros(count, made.size());
            for (int row = 0; row < count; row++) {
                for (int i = 0; i < made.size(); i++) {
                    rows.set(row, i, (float) sum(x, row, i, made));
                }
            }
            return rows;
        }

        private double sum(byte[] x, int row, int output, Shape made) {
            int map = output / made.width() / made.height();
            double sum = bias[map];
            for (int k = 0; k < channels * kernel * kernel; k++) {
                int channel = k / kernel / kernel;
                int atY = output / made.width() % made.height() * stride - padding + k / kernel % kernel;
                int atX = output % made.width() * stride - padding + k % kernel;
                if (atY >= 0 && atY < height && atX >= 0 && atX < width) {
                    sum += weights[map * channels * kernel * kernel + k]
                            * (double) x[((row * channels + channel) * height + atY) * width + atX];
                }
            }
            return sum;
        }
    }

    private static void checkGradients(GoldenCase golden, Normalized network, FloatMatrix x, int batch) {
        try (Gradients gradients = network.gradients(BATCHES, batch)) {
            float[] upstream = golden.floats("upstream_y2");
            FloatMatrix given = gradients.given("p", "membrane");
            int size = network.shape.size();
            for (int i = 0; i < upstream.length; i++) {
                given.set((BATCHES - 1) * batch + i / size, network.shape.inside(i % size), upstream[i]);
            }
            gradients.forward(x);
            float[] y = network.inTorch(gradients.values("p", "membrane"));
            for (int i = 0; i < BATCHES; i++) {
                float[] ofBatch = new float[upstream.length];
                System.arraycopy(y, i * upstream.length, ofBatch, 0, upstream.length);
                golden.assertClose("y" + i, ofBatch);
            }
            gradients.backward();
            float[] gradX = gradients.gradientOfInput("x").toArray();
            float[] last = new float[upstream.length];
            System.arraycopy(gradX, (BATCHES - 1) * upstream.length, last, 0, upstream.length);
            golden.assertClose("grad_x2", last);
            if (golden.flag("affine")) {
                golden.assertClose(
                        "grad_weight", gradients.gradient("x-p.1.weight").toArray());
                golden.assertClose("grad_bias", gradients.gradient("x-p.1.bias").toArray());
            }
        }
    }

    /** An input that is normalized, and neurons whose membranes are what comes in. */
    private static final class Normalized {

        private final Network network;
        private final Shape shape;

        Normalized(BatchNorm said, Shape shape) {
            this.shape = shape;
            NetworkBuilder builder = Network.builder();
            Input x = builder.input("x", shape);
            Population p = builder.population(
                    "p", shape, new Leaky(0f).withThreshold(1e30f).withReset(Reset.NONE));
            builder.project("x-p", x, p, new OneToOne(1), said);
            this.network = builder.build();
        }

        void set(String name, float[] values) {
            network.weights().replace("x-p.1." + name, FloatMatrix.vector(values));
        }

        float[] get(String name) {
            return network.weights().get("x-p.1." + name).toArray();
        }

        Gradients gradients(int steps, int batch) {
            return Gradients.of(network, steps, batch)
                    .keep("p", "membrane")
                    .startAt("p", "membrane")
                    .toInput("x")
                    .build();
        }

        /** A step at a rate of 0, which moves running values alone. */
        void train(FloatMatrix x, int steps, int batch) {
            try (Trainer trainer = Trainer.of(network, steps, batch)
                    .loss(CrossEntropyLoss.membrane())
                    .optimizer(new Sgd(1))
                    .build()) {
                trainer.setRate(0);
                trainer.step(TrainingBatch.of(x, new int[batch]));
            }
        }

        float[] simulate(FloatMatrix x, int batch) {
            try (Simulation simulation = network.simulate(batch)) {
                simulation.run(x);
                return inTorch(simulation.state(0).membrane());
            }
        }

        float[] inTorch(FloatMatrix rows) {
            FloatMatrix made = FloatMatrix.zeros(rows.rows(), rows.columns());
            shape.toTorch(rows, 0, made, 0, rows.rows());
            return made.toArray();
        }
    }
}
