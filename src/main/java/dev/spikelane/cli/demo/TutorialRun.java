package dev.spikelane.cli.demo;

import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Runs the network of snnTorch's tutorial 3 on its own random input, all numbers from one stream in the notebook's
 * order.
 */
final class TutorialRun {

    static final int INPUTS = 784;
    static final int HIDDEN = 1_000;
    static final int OUTPUTS = 10;
    static final float BETA = 0.99f;

    private TutorialRun() {}

    /** The tutorial's network for any number of inputs. */
    static Network network(Arena arena, int inputs, TorchRandom random) {
        return Network.builder(arena, inputs)
                .dense(HIDDEN, random)
                .neuron(new Leaky(BETA))
                .dense(OUTPUTS, random)
                .neuron(new Leaky(BETA))
                .build();
    }

    static NetworkResult run(DemoSettings settings, List<Attachment> attachments, Progress progress) {
        try (Arena arena = Arena.ofShared()) {
            TorchRandom random = new TorchRandom(settings.seed());
            Network network = network(arena, INPUTS, random);
            FloatMatrix probabilities = FloatMatrix.zeros(arena, settings.steps(), INPUTS);
            random.rand(probabilities);
            SpikeMatrix input = SpikeMatrix.zeros(arena, settings.steps(), INPUTS);
            new Rate().encodeVarying(probabilities, 1, input, random);
            NetworkRun run = new NetworkRun(network, settings.threads(), attachments, progress);
            progress.begin("Tutorial network", settings.steps());
            run.run(input, 1);
            progress.end();
            return run.result();
        }
    }
}
