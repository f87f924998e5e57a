package dev.spikelane.golden;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Convolution;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.Gradients;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions of spikes and values, and their gradients, equal torch's within rounding. */
@EveryWidth
class GoldenConvolutionTest {

    @ParameterizedTest
    @ValueSource(strings = {"conv1d", "conv2d", "conv_transpose2d"})
    void currents(String operation) {
        GoldenSet.of(operation).check(golden -> {
            Shape source = GoldenConvolution.shape(golden.shape("x"));
            Convolution declared = GoldenConvolution.of(golden, golden.parameters(), "weight", "bias");
            golden.assertClose("y", currents(declared, source, rows(golden, source)));
            gradients(golden, declared, source);
        });
    }

    private static Signal rows(GoldenCase golden, Shape source) {
        int batch = golden.shape("x").getFirst();
        return golden.isFloat("x")
                ? FloatMatrix.copyOf(batch, source.size(), golden.floats("x"))
                : SpikeMatrix.copyOf(batch, source.size(), golden.bytes("x"));
    }

    /** Neurons whose membranes are their currents. */
    private static Network network(Convolution declared, Shape source) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", source);
        Population p = builder.population(
                "p",
                declared.outputShape(source),
                new Leaky(0f).withThreshold(1e30f).withReset(Reset.NONE));
        builder.project("x-p", x, p, declared);
        return builder.build();
    }

    private static void gradients(GoldenCase golden, Convolution declared, Shape source) {
        Signal rows = rows(golden, source);
        try (Gradients gradients = Gradients.of(network(declared, source), 1, rows.rows())
                .startAt("p", "membrane")
                .toInput("x")
                .threads(2)
                .build()) {
            gradients.given("p", "membrane").copyFrom(golden.floats("upstream_y"));
            gradients.forward(rows);
            gradients.backward();
            golden.assertClose("grad_weight", gradients.gradient("x-p.weight").toArray());
            if (declared.kernel().biased()) {
                golden.assertClose("grad_bias", gradients.gradient("x-p.bias").toArray());
            }
            golden.assertClose("grad_x", gradients.gradientOfInput("x").toArray());
        }
    }

    private static float[] currents(Convolution declared, Shape source, Signal rows) {
        try (Simulation simulation = network(declared, source).simulate(rows.rows())) {
            if (rows instanceof SpikeMatrix spikes) {
                simulation.run(spikes);
            } else {
                simulation.run((FloatMatrix) rows);
            }
            return simulation.state(0).membrane().toArray();
        }
    }
}
