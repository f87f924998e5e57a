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
 * @param batch images
 * @param steps steps of each
 * @param threads threads of the trainer
 */
public record Tutorial6TrainingWork(int batch, int steps, int threads) implements Work {

    /** A small batch. */
    public Tutorial6TrainingWork(int threads) {
        this(Tutorial6.BATCH, Tutorial6.STEPS, threads);
    }

    /** A batch of the tutorial. */
    public static Tutorial6TrainingWork ofRecipe(int threads) {
        return new Tutorial6TrainingWork(128, 50, threads);
    }

    /** Next to nothing, so that spikes stay as many as they are. */
    private static final double LEARNING_RATE = 1e-7;

    @Override
    public String name() {
        return "tutorial6 training iteration batch %d steps %d threads %d".formatted(batch, steps, threads);
    }

    @Override
    public Case open() {
        Arena arena = Arena.ofShared();
        Network network = Tutorial6.network(true);
        Trainer trainer = Trainer.of(network, steps, batch)
                .loss(CrossEntropyLoss.rate())
                .optimizer(new Adam(LEARNING_RATE))
                .threads(threads)
                .framesOnly()
                .build();
        FloatMatrix images = Tutorial6.images(arena, batch);
        return new TrainingCase(arena, network, trainer, TrainingCase.batch(images, batch, true));
    }
}
