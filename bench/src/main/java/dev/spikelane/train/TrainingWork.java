package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;

/**
 * One iteration of snnTorch's tutorial 5: 784-1000-10, 25 steps, batch 128, cross-entropy of membranes, Adam; forward,
 * backward and the optimizer.
 *
 * <p>The roofline counts one load and addition for each fused multiply-add or addition of 16 floats that is necessary:
 *
 * <ul>
 *   <li>in the products of the first layer, forward and backward: one for each input of a frame, or for each group of
 * four
 *   inputs, or rows, of spikes,
 *   <li>in the products of the last layer: one for each group,
 *   <li>ten for gradients of the hidden layer, and nine for its neurons: forward, forward again and backward.
 * </ul>
 *
 * @param density share of inputs that fire; 0 for a frame of nonzero values
 * @param threads threads of the trainer
 * @param shards parts of the batch whose gradients are summed separately
 */
public record TrainingWork(double density, int threads, int shards) implements Work {

    private static final int INPUTS = 784;
    private static final int HIDDEN = 1000;
    private static final int OUTPUTS = TrainingCase.CLASSES;
    private static final int STEPS = 25;
    private static final int BATCH = 128;
    private static final long ROWS = (long) STEPS * BATCH;

    /** Creates a work with the batch in one part. */
    public TrainingWork(double density, int threads) {
        this(density, threads, 1);
    }

    @Override
    public String name() {
        return "training iteration %dx%dx%d batch %d steps %d %s%s threads %d"
                .formatted(
                        INPUTS,
                        HIDDEN,
                        OUTPUTS,
                        BATCH,
                        STEPS,
                        density == 0 ? "frame" : "density %.2f".formatted(density),
                        shards == 1 ? "" : " shards " + shards,
                        threads);
    }

    private long loads() {
        long first = density == 0 ? (long) BATCH * INPUTS : ROWS * INPUTS / 4;
        long hidden = (2 * first + ROWS * (OUTPUTS + 9)) * HIDDEN / Roofline.FLOATS;
        return (hidden + 2 * ROWS * HIDDEN / 4) / threads;
    }

    @Override
    public Case open() {
        Arena arena = Arena.ofShared();
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(INPUTS)
                .dense(HIDDEN, random)
                .neuron(new Leaky(0.95))
                .dense(OUTPUTS, random)
                .neuron(new Leaky(0.95))
                .build();
        TrainerBuilder builder = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(5e-4))
                .shards(shards)
                .threads(threads);
        boolean frame = density == 0;
        Signal input = frame
                ? RandomData.uniform(arena, BATCH, INPUTS, 0.01f, 1)
                : RandomData.spikes(arena, (int) ROWS, INPUTS, density);
        Trainer trainer = (frame ? builder.framesOnly() : builder.spikesOnly()).build();
        return new TrainingCase(arena, network, trainer, TrainingCase.batch(input, BATCH, frame), loads());
    }
}
