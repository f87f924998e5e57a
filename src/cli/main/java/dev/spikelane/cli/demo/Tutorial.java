package dev.spikelane.cli.demo;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;

/**
 * The network of snnTorch's tutorial 3 on its random input, with all numbers from one stream in the notebook's order.
 */
final class Tutorial {

    static final int INPUTS = 784;
    private static final int HIDDEN = 1_000;
    private static final int OUTPUTS = 10;
    private static final float BETA = 0.99f;

    private Tutorial() {}

    static Network network(int inputs, TorchRandom random) {
        return Network.builder(inputs)
                .dense(HIDDEN, random)
                .neuron(new Leaky(BETA))
                .dense(OUTPUTS, random)
                .neuron(new Leaky(BETA))
                .build();
    }

    static LayerRecordings run(DemoSettings settings) {
        TorchRandom random = new TorchRandom(settings.seed());
        Network network = network(INPUTS, random);
        FloatMatrix probabilities = random.rand(settings.steps(), INPUTS);
        SpikeMatrix input = SpikeMatrix.zeros(settings.steps(), INPUTS);
        new Rate().encodeVarying(probabilities, 1, input, random);
        return LayerRecordings.of(network, input, 1, settings);
    }
}
