package dev.spikelane.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.Filled;
import dev.spikelane.connection.Pool;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.Gradients;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools have torch's values and gradients, also after spikes. */
@EveryWidth
class GoldenPoolTest {

    @ParameterizedTest
    @ValueSource(strings = {"max_pool2d", "avg_pool2d", "sum_pool2d", "max_pool1d", "avg_pool1d"})
    void valuesAndGradients(String operation) {
        GoldenSet.of(operation).check(golden -> {
            check(golden, true);
            check(golden, false);
        });
    }

    /** The membranes of silent neurons without a memory are the output of the pool. */
    private static void check(GoldenCase golden, boolean spikes) {
        List<Integer> sizes = golden.shape("x");
        Shape shape = sizes.size() == 3
                ? Shape.of(sizes.get(1), sizes.get(2))
                : Shape.of(sizes.get(1), sizes.get(2), sizes.get(3));
        Pool pool = pool(golden);
        Shape made = pool.outputShape(shape);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        Population p =
                builder.population("p", made, new Leaky(0f).withThreshold(1e30f).withReset(Reset.NONE));
        builder.project("x-p", x, p, pool);
        int batch = sizes.getFirst();
        try (Gradients gradients = Gradients.of(builder.build(), 1, batch)
                .keep("p", "membrane")
                .startAt("p", "membrane")
                .toInput("x")
                .build()) {
            gradients.given("p", "membrane").copyFrom(golden.floats("upstream_y"));
            boolean bytes = !golden.isFloat("x");
            float[] values = bytes ? floats(golden.bytes("x")) : golden.floats("x");
            if (bytes && spikes) {
                gradients.forward(SpikeMatrix.copyOf(batch, shape.size(), golden.bytes("x")));
            } else {
                FloatMatrix rows = FloatMatrix.zeros(batch, shape.size());
                rows.copyFrom(values);
                gradients.forward(rows);
            }
            golden.assertClose("y", gradients.values("p", "membrane").toArray());
            gradients.backward();
            golden.assertClose("grad_x", gradients.gradientOfInput("x").toArray());
        }
    }

    private static Pool pool(GoldenCase golden) {
        JsonNode declared = golden.parameters();
        Pool.Rule rule = golden.operation().startsWith("max")
                ? Pool.Rule.MAX
                : golden.operation().startsWith("avg") ? Pool.Rule.AVERAGE : Pool.Rule.SUM;
        int last = declared.path("kernel").size() - 1;
        return new Pool(
                rule,
                axis(declared, 0),
                axis(declared, last),
                golden.flag("ceil_mode"),
                declared.path("count_include_pad").asBoolean(true));
    }

    private static Pool.Axis axis(JsonNode declared, int number) {
        return new Pool.Axis(
                declared.path("kernel").path(number).intValue(),
                declared.path("stride").path(number).intValue(),
                declared.path("padding").path(number).intValue(),
                declared.path("dilation").path(number).asInt(1));
    }

    private static float[] floats(byte[] bytes) {
        return Filled.floats(bytes.length, i -> bytes[i]);
    }
}
