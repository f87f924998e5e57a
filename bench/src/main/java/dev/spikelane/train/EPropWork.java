package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/**
 * One iteration of a recurrent network by e-prop, or by backpropagation through all steps: 100 inputs of density 0.05,
 * 100 RLeaky neurons from all to all, 10 readouts, 1,000 steps, cross-entropy of membranes, Adam.
 *
 * @param online whether by e-prop
 * @param batch samples
 */
public record EPropWork(boolean online, int batch) implements Work {

    private static final int NEURONS = 100;
    private static final int STEPS = 1000;
    private static final double DENSITY = 0.05;

    @Override
    public String name() {
        return "eprop iteration %d recurrent %dx%d batch %d steps %d density %.2f by %s"
                .formatted(
                        NEURONS,
                        NEURONS,
                        TrainingCase.CLASSES,
                        batch,
                        STEPS,
                        DENSITY,
                        online ? "e-prop" : "backpropagation");
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Case open() {
        Arena arena = Arena.ofShared();
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(NEURONS)
                .dense(NEURONS, random)
                .neuron(new RLeaky(Recurrence.allToAll(NEURONS, random), 0.9).withThreshold(0.6))
                .dense(TrainingCase.CLASSES, random)
                .neuron(new Leaky(0.9).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE)))
                .build();
        TrainerBuilder builder = Trainer.of(network, STEPS, batch)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(1e-5))
                .spikesOnly();
        Trainer trainer = (online ? builder.online(EProp.symmetric()) : builder).build();
        SpikeMatrix input = RandomData.spikes(arena, STEPS * batch, NEURONS, DENSITY);
        return new TrainingCase(arena, network, trainer, TrainingCase.batch(input, batch, false));
    }
}
