package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/**
 * One iteration of a recurrent network: 700 inputs of density 0.02, 256 RLeaky neurons from all to all, 10 outputs, 100
 * steps, batch 32, cross-entropy of membranes, Adam; forward, back and the optimizer.
 *
 * <p>The roofline counts for 16 floats one load and addition for each active input, forward and back; one fused
 * multiply-add for each weight of the loop and of the outputs on the way back; and nine for the neurons. Spikes of the
 * loop are not in it, as they depend on the weights.
 *
 * @param threads threads of the trainer
 */
public record RecurrentTrainingWork(int threads) implements Work {

    private static final int INPUTS = 700;
    private static final int HIDDEN = 256;
    private static final int STEPS = 100;
    private static final int BATCH = 32;
    private static final double DENSITY = 0.02;
    private static final long ROWS = (long) STEPS * BATCH;
    private static final int NEURON = 9;

    @Override
    public String name() {
        return "training iteration %d recurrent %dx%d batch %d steps %d density %.2f threads %d"
                .formatted(INPUTS, HIDDEN, TrainingCase.CLASSES, BATCH, STEPS, DENSITY, threads);
    }

    private long loads() {
        long inputs = Math.round(2 * ROWS * INPUTS * DENSITY);
        return (inputs + ROWS * (HIDDEN + TrainingCase.CLASSES + NEURON)) * HIDDEN / Roofline.FLOATS / threads;
    }

    @Override
    public Case open() {
        Arena arena = Arena.ofShared();
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(INPUTS)
                .dense(HIDDEN, random)
                .neuron(new RLeaky(Recurrence.allToAll(HIDDEN, random), 0.95))
                .dense(TrainingCase.CLASSES, random)
                .neuron(new Leaky(0.95))
                .build();
        Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(5e-4))
                .threads(threads)
                .spikesOnly()
                .build();
        SpikeMatrix input = RandomData.spikes(arena, (int) ROWS, INPUTS, DENSITY);
        return new TrainingCase(arena, network, trainer, TrainingCase.batch(input, BATCH, false), loads());
    }
}
