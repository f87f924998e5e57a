package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.train.Gradients;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batch norms equal torch's; the batches of golden cases are steps of one window. */
@EveryWidth
class GoldenBatchNormTest {

    private static final int BATCHES = 3;

    @Test
    void trainingAndEvaluation() {
        GoldenSet.of("batch_norm").check(golden -> {
            List<Integer> shape = golden.shape("x0");
            int channels = shape.get(1);
            int positions = GoldenArray.length(shape) / shape.get(0) / channels;
            BatchNorm declared =
                    BatchNorm.of(channels).withEpsilon(golden.real("eps", 0)).withMomentum(golden.real("momentum", 0));
            Shape rows = shape.size() == 2 ? Shape.of(channels) : Shape.of(channels, 1, positions);
            NormalizedInput network =
                    new NormalizedInput(golden.flag("affine") ? declared : declared.withoutAffine(), rows);
            if (golden.flag("affine")) {
                network.set("weight", golden.floats("weight"));
                network.set("bias", golden.floats("bias"));
            }
            int batch = shape.get(0);
            FloatMatrix x = steps(golden, "x", BATCHES, batch, rows);
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

    /** One set of three for each step, twice, then with the running values of each. */
    @Test
    void eachStepHasItsOwn() {
        GoldenSet.of("batch_norm_tt").check(golden -> {
            List<Integer> shape = golden.shape("x0_0");
            int steps = golden.integer("steps");
            int batch = shape.get(0);
            int channels = shape.get(1);
            Shape rows = shape.size() == 2 ? Shape.of(channels) : Shape.of(channels, shape.get(2), shape.get(3));
            BatchNorm declared = BatchNorm.tt(channels, steps)
                    .withEpsilon(golden.real("eps", 0))
                    .withMomentum(golden.real("momentum", 0));
            NormalizedInput network = new NormalizedInput(declared, rows);
            for (int step = 0; step < steps; step++) {
                network.set(step + ".weight", golden.floats("weight" + step));
            }
            for (int pass = 0; pass < 2; pass++) {
                FloatMatrix x = steps(golden, "x" + pass + "_", steps, batch, rows);
                try (Gradients gradients = network.gradients(steps, batch)) {
                    gradients.forward(x);
                    assertSteps(
                            golden,
                            "y" + pass + "_",
                            steps,
                            gradients.values("p", "membrane").toArray());
                }
                network.train(x, steps, batch);
            }
            FloatMatrix evaluated = steps(golden, "x_eval", steps, batch, rows);
            for (int step = 0; step < steps; step++) {
                golden.assertClose("running_mean" + step, network.get(step + ".running_mean"));
                golden.assertClose("running_var" + step, network.get(step + ".running_var"));
                assertEquals(2, network.get(step + ".num_batches_tracked")[0]);
                FloatMatrix some = evaluated.rows(0, (step + 1) * batch);
                golden.assertClose("y_eval" + step, network.simulate(some, batch));
            }
        });
    }

    private static FloatMatrix steps(GoldenCase golden, String name, int steps, int batch, Shape rows) {
        FloatMatrix x = FloatMatrix.zeros(steps * batch, rows.size());
        float[] all = new float[steps * batch * rows.size()];
        for (int step = 0; step < steps; step++) {
            System.arraycopy(golden.floats(name + step), 0, all, step * all.length / steps, all.length / steps);
        }
        x.copyFrom(all);
        return x;
    }

    private static void assertSteps(GoldenCase golden, String name, int steps, float[] y) {
        int length = y.length / steps;
        for (int step = 0; step < steps; step++) {
            golden.assertClose(name + step, Arrays.copyOfRange(y, step * length, (step + 1) * length));
        }
    }

    private static void checkGradients(GoldenCase golden, NormalizedInput network, FloatMatrix x, int batch) {
        try (Gradients gradients = network.gradients(BATCHES, batch)) {
            float[] upstream = golden.floats("upstream_y2");
            FloatMatrix given = gradients.given("p", "membrane");
            int size = network.shape.size();
            for (int i = 0; i < upstream.length; i++) {
                given.set((BATCHES - 1) * batch + i / size, i % size, upstream[i]);
            }
            gradients.forward(x);
            float[] y = gradients.values("p", "membrane").toArray();
            assertSteps(golden, "y", BATCHES, y);
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
}
