package dev.spikelane.kernel.step.leaky;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import java.util.Locale;

/**
 * Leaky neurons with random currents.
 *
 * @param mode their options
 * @param neurons how many
 * @param batch samples side by side
 * @param steps steps in a pass
 */
public record LeakyStepWork(Mode mode, int neurons, int batch, int steps) implements Work {

    /** Which of the options of {@link LeakyNeurons}. */
    public enum Mode {
        SUBTRACT,
        ZERO,
        NONE,
        SUBTRACT_AT_ONCE,
        INHIBITION,
        FIRES_BEFORE
    }

    @Override
    public String name() {
        return "leaky step neurons %d batch %d steps %d reset %s threads 1"
                .formatted(
                        neurons,
                        batch,
                        steps,
                        mode.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    @Override
    public int threads() {
        return 1;
    }

    int rows() {
        return steps * batch;
    }

    @Override
    public Case open() {
        return new LeakyStepCase(this);
    }
}
