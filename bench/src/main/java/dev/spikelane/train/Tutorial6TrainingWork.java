package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Tutorial6;
import java.lang.foreign.Arena;

/**
 * One iteration of {@link Tutorial6} on images, cross-entropy of spikes, Adam; forward, back and the optimizer.
 *
 * @param threads threads of the trainer
 */
public record Tutorial6TrainingWork(int threads) implements Work {

    /** Next to nothing, so that spikes stay as many as they are. */
    private static final double LEARNING_RATE = 1e-7;

    @Override
    public String name() {
        return "tutorial6 training iteration batch %d steps %d threads %d"
                .formatted(Tutorial6.BATCH, Tutorial6.STEPS, threads);
    }

    @Override
    public Case open() {
        Arena arena = Arena.ofShared();
        Network network = Tutorial6.network(true);
        Trainer trainer = Trainer.of(network, Tutorial6.STEPS, Tutorial6.BATCH)
                .loss(CrossEntropyLoss.rate())
                .optimizer(new Adam(LEARNING_RATE))
                .threads(threads)
                .framesOnly()
                .build();
        FloatMatrix images = Tutorial6.images(arena, Tutorial6.BATCH);
        return new TrainingCase(arena, network, trainer, TrainingCase.batch(images, Tutorial6.BATCH, true));
    }
}
