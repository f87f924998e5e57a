package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One iteration of snnTorch's tutorial 5: 784-1000-10, 25 steps, batch 128, cross-entropy of membranes, Adam; forward, back and the optimizer.
 *
 * <p>The roofline counts for 16 floats one load and addition where there must be a fused multiply-add or an addition: in the products of the first
 * layer, forward and back, one for each input, of a frame, or for each group of four inputs, or rows, of spikes; in those of the last, one for
 * each group; ten to take gradients back to the hidden layer, and nine for its neurons, forward, forward again and back.
 *
 * @param density share of inputs that fire; 0 for a frame of values that are not zero
 * @param threads threads of the trainer
 */
public record TrainingWork(double density, int threads) implements Work {

    private static final int INPUTS = 784;
    private static final int HIDDEN = 1000;
    private static final int OUTPUTS = 10;
    private static final int STEPS = 25;
    private static final int BATCH = 128;
    private static final long ROWS = (long) STEPS * BATCH;

    @Override
    public String name() {
        return "training iteration %dx%dx%d batch %d steps %d %s threads %d"
                .formatted(
                        INPUTS,
                        HIDDEN,
                        OUTPUTS,
                        BATCH,
                        STEPS,
                        density == 0 ? "frame" : "density %.2f".formatted(density),
                        threads);
    }

    private long loads() {
        long first = density == 0 ? (long) BATCH * INPUTS : ROWS * INPUTS / 4;
        long hidden = (2 * first + ROWS * (OUTPUTS + 9)) * HIDDEN / Roofline.FLOATS;
        return (hidden + 2 * ROWS * HIDDEN / 4) / threads;
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final TrainingWork work;
        private final Network network;
        private final Trainer trainer;
        private final TrainingBatch batch;

        Open(TrainingWork work) {
            this.work = work;
            TorchRandom random = new TorchRandom(1);
            network = Network.builder(INPUTS)
                    .dense(HIDDEN, random)
                    .neuron(new Leaky(0.95))
                    .dense(OUTPUTS, random)
                    .neuron(new Leaky(0.95))
                    .build();
            int[] labels = new int[BATCH];
            for (int i = 0; i < BATCH; i++) {
                labels[i] = i % OUTPUTS;
            }
            TrainerBuilder builder = Trainer.of(network, STEPS, BATCH)
                    .loss(CrossEntropyLoss.membrane())
                    .optimizer(new Adam(5e-4))
                    .threads(work.threads);
            trainer = (work.density == 0 ? builder.framesOnly() : builder.spikesOnly()).build();
            batch = work.density == 0
                    ? TrainingBatch.ofFrame(RandomData.uniform(arena, BATCH, INPUTS, 0.01f, 1), labels)
                    : TrainingBatch.of(RandomData.spikes(arena, (int) ROWS, INPUTS, work.density), labels);
            trainer.warmUp(batch); // an iteration is too long for a race to compile it
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(Contestant.JAVA, () -> {}, () -> trainer.step(batch), this::weights));
            if (Yardstick.AVAILABLE) {
                entries.addAll(Roofline.loads(arena, work.loads()));
            }
            return entries;
        }

        /** A copy: nobody may write to the weights but the trainer. */
        private List<MemorySegment> weights() {
            FloatMatrix weights = network.weights().get("fc1.weight");
            return List.of(FloatMatrix.copyOf(weights.rows(), weights.columns(), weights.toArray())
                    .segment());
        }

        @Override
        public void close() {
            trainer.close();
            arena.close();
        }
    }
}
