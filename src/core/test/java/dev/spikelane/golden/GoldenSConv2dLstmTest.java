package dev.spikelane.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Convolution;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.SLstm;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** snnTorch's cells whose gates are one convolution, here two; a pool is between their membranes and the threshold. */
@EveryWidth
class GoldenSConv2dLstmTest {

    @Test
    void states() {
        GoldenSet.of("sconv2dlstm").check(golden -> {
            List<Integer> sizes = golden.shape("input");
            int steps = sizes.get(0);
            int batch = sizes.get(1);
            Network network = network(golden, Shape.of(sizes.get(2), sizes.get(3), sizes.get(4)));
            FloatMatrix input = FloatMatrix.zeros(
                    steps * batch, network.inputs().getFirst().shape().size());
            input.copyFrom(golden.floats("input"));
            try (Simulation simulation = network.simulate(batch)) {
                Population.SpikeRecorder spikes =
                        simulation.recordSpikes(network.populations().getLast().name(), steps);
                Population.VariableRecorder membranes = simulation.record("lif1", "membrane", steps);
                Population.VariableRecorder cells = simulation.record("lif1", "cell", steps);
                simulation.run(input);
                golden.assertSpikes("spk", spikes.spikes().toArray());
                golden.assertClose("mem", membranes.values().toArray());
                golden.assertClose("syn", cells.values().toArray());
            }
        });
    }

    private static Network network(GoldenCase golden, Shape shape) {
        Convolution declared =
                GoldenConvolution.of(golden, golden.parameters().path("none"), "conv_weight", "conv_bias");
        Convolution all = GoldenConvolution.keeping(declared);
        JsonNode options = golden.parameters();
        float threshold = golden.number("threshold");
        Reset reset = Reset.valueOf(golden.text("reset_mechanism").toUpperCase(Locale.ROOT));
        NetworkBuilder builder = Network.builder(shape)
                .connect(SLstm.gatesOfInputs(all))
                .neuron(SLstm.of(all).withReset(reset).withThreshold(threshold));
        int max = options.path("max_pool").intValue();
        int average = options.path("avg_pool").intValue();
        if (max + average > 0) {
            builder.variable("membrane");
            (max > 0 ? builder.maxPool2d(max) : builder.avgPool2d(average))
                    .neuron(new Leaky(0f).withReset(Reset.NONE).withThreshold(threshold));
        }
        return builder.build();
    }
}
