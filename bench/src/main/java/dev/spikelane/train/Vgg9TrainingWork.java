package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import dev.spikelane.network.Vgg9;
import java.lang.foreign.Arena;

/**
 * One iteration of {@link Vgg9} with batch norms, cross-entropy of spikes, Adam; forward, back and the optimizer.
 *
 * @param threads threads of the trainer
 */
public record Vgg9TrainingWork(int threads) implements Work {

    private static final double LEARNING_RATE = 1e-7;

    @Override
    public String name() {
        return "vgg9 training iteration batch %d steps %d threads %d".formatted(Vgg9.BATCH, Vgg9.STEPS, threads);
    }

    @Override
    public Case open() {
        Vgg9 vgg = new Vgg9(true);
        Trainer trainer = Trainer.of(vgg.network, Vgg9.STEPS, Vgg9.BATCH)
                .surrogate(Surrogate.fastSigmoid())
                .loss(CrossEntropyLoss.rate())
                .optimizer(new Adam(LEARNING_RATE))
                .threads(threads)
                .framesOnly()
                .build();
        return new TrainingCase(
                Arena.ofShared(), vgg.network, trainer, TrainingCase.batch(vgg.images, Vgg9.BATCH, true));
    }
}
