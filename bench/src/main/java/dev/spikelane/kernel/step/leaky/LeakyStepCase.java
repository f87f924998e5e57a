package dev.spikelane.kernel.step.leaky;

import dev.spikelane.simd.Tile;
import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.StepYardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Input and memory of a {@link LeakyStepWork}. */
final class LeakyStepCase implements Case {

    /** Loads for 16 neurons and two steps: beta, threshold, membrane, two currents. */
    private static final long LOADS = 5;

    private final Arena arena = Arena.ofShared();
    private final LeakyStepWork.Mode mode;
    private final LeakyNeurons parameters;
    private final FloatMatrix current;
    private final FloatMatrix membrane;
    private final SpikeMatrix spikes;

    LeakyStepCase(LeakyStepWork work) {
        mode = work.mode();
        parameters = new LeakyModel(work.neurons())
                .beta(0.9f)
                .reset(
                        switch (mode) {
                            case ZERO -> Reset.ZERO;
                            case NONE -> Reset.NONE;
                            case SUBTRACT, SUBTRACT_AT_ONCE, INHIBITION, FIRES_BEFORE -> Reset.SUBTRACT;
                        })
                .resetTime(
                        mode == LeakyStepWork.Mode.SUBTRACT_AT_ONCE
                                ? Reset.Time.SAME_STEP_DIFFERENCE
                                : Reset.Time.NEXT_STEP)
                .inhibition(mode == LeakyStepWork.Mode.INHIBITION)
                .firesBefore(mode == LeakyStepWork.Mode.FIRES_BEFORE)
                .build(arena);
        current = RandomData.uniform(arena, work.rows(), work.neurons(), -0.1f, 0.4f);
        membrane = FloatMatrix.zeros(arena, work.batch(), work.neurons());
        spikes = SpikeMatrix.zeros(arena, work.rows(), work.neurons());
    }

    @Override
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        NeuronRun<?> run = new NeuronRun<>(membrane, membrane, spikes, Tile.whole(current));
        entries.add(entry(Contestant.JAVA, () -> parameters.loops().run(run, 0, run.rows)));
        if (Yardstick.AVAILABLE) {
            if (mode == LeakyStepWork.Mode.SUBTRACT) {
                entries.add(entry(
                        Contestant.YARDSTICK,
                        () -> StepYardstick.leakyStep(parameters, current, current.rows(), membrane, spikes)));
            }
            long vectors = (long) spikes.rows() * spikes.stride() * Long.SIZE / Roofline.FLOATS;
            entries.addAll(Roofline.loads(arena, LOADS * vectors / 2));
        }
        return entries;
    }

    private Entry entry(Contestant contestant, Runnable pass) {
        return new Entry(contestant, () -> membrane.fill(0), pass, () -> List.of(membrane.segment(), spikes.segment()));
    }

    @Override
    public void close() {
        arena.close();
    }
}
