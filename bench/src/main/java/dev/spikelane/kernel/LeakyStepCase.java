package dev.spikelane.kernel;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Leaky neurons with random currents. */
public final class LeakyStepCase implements Case {

    /** Which of the options of {@link LeakyParameters}. */
    public enum Mode {
        SUBTRACT,
        ZERO,
        NONE,
        SUBTRACT_AT_ONCE,
        INHIBITION,
        FIRES_BEFORE
    }

    /** Loads for 16 neurons: beta, threshold, membrane, current. */
    private static final long LOADS = 4;

    private final Arena arena = Arena.ofShared();
    private final Mode mode;
    private final LeakyParameters parameters;
    private final FloatMatrix current;
    private final FloatMatrix membrane;
    private final SpikeMatrix spikes;

    public LeakyStepCase(Mode mode, int neurons, int batch, int steps) {
        this.mode = mode;
        parameters = LeakyParameters.builder(neurons)
                .beta(0.9f)
                .reset(
                        switch (mode) {
                            case ZERO -> Reset.ZERO;
                            case NONE -> Reset.NONE;
                            case SUBTRACT, SUBTRACT_AT_ONCE, INHIBITION, FIRES_BEFORE -> Reset.SUBTRACT;
                        })
                .delayedReset(mode != Mode.SUBTRACT_AT_ONCE)
                .inhibition(mode == Mode.INHIBITION)
                .firesBefore(mode == Mode.FIRES_BEFORE)
                .build(arena);
        current = RandomData.uniform(arena, steps * batch, neurons, -0.1f, 0.4f);
        membrane = FloatMatrix.zeros(arena, batch, neurons);
        spikes = SpikeMatrix.zeros(arena, steps * batch, neurons);
    }

    void chosen() {
        LeakyStep.run(parameters, current, membrane, spikes);
    }

    void scalar() {
        LayerKernels.SCALAR.fire(parameters, current, current.rows(), membrane, spikes);
    }

    void yardstick() {
        Yardstick.leakyStep(parameters, current, current.rows(), membrane, spikes);
    }

    @Override
    public List<Work> works() {
        List<Entry> entries = new ArrayList<>();
        entries.add(entry(Contestant.SCALAR, this::scalar));
        entries.add(entry(Contestant.JAVA, this::chosen));
        if (Yardstick.AVAILABLE) {
            if (mode == Mode.SUBTRACT) {
                entries.add(entry(Contestant.YARDSTICK, this::yardstick));
            }
            long vectors = (long) spikes.rows() * spikes.stride() * Long.SIZE / Roofline.FLOATS;
            entries.add(Roofline.loads(arena, LOADS * vectors));
        }
        String name = "leaky step, %d neurons, %d rows, reset %s"
                .formatted(
                        parameters.neurons(),
                        current.rows(),
                        mode.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        return List.of(new Work(name, entries));
    }

    private Entry entry(Contestant contestant, Runnable pass) {
        return new Entry(contestant, () -> membrane.fill(0), pass, List.of(membrane.segment(), spikes.segment()));
    }

    @Override
    public void close() {
        arena.close();
    }
}
