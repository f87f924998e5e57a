package dev.spikelane.session;

import dev.spikelane.engine.observe.BlockObserver;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.simd.Rows;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A recording that runs again, as the only session of a pool. */
final class Replay implements AutoCloseable {

    private final Recording recording;
    private final List<Population> populations;
    private final SessionPool pool;
    private final SessionPool.Answers answers;
    private final long[] keys;
    private final Map<String, Signal> inputs = new HashMap<>();
    private final long first;
    private int steps;
    private @Nullable String differs;

    /** Begins. */
    Replay(Recording recording, Network network) {
        this.recording = recording;
        this.populations = network.populations();
        SessionPoolBuilder builder = SessionPool.builder(network).decision(recording.rule());
        builder.values = recording.inputs().values().stream().anyMatch(FloatMatrix.class::isInstance);
        this.pool = builder.receipts().build();
        this.answers = pool.newAnswers(1);
        this.keys = new long[] {recording.key()};
        try {
            recording.spikes().requireShape("spikes", recording.spikes().rows(), network.outputs());
            recording
                    .inputs()
                    .forEach((name, rows) ->
                            rows.requireShape(name, recording.spikes().rows(), rows.columns()));
            this.first = pool.put(recording.key(), recording.state(), null);
        } catch (IllegalArgumentException refused) {
            pool.close();
            throw refused;
        }
    }

    private void step() {
        recording.inputs().forEach((name, rows) -> inputs.put(name, rows.rows(steps, 1)));
        pool.step(keys, inputs, answers);
        for (int output = 0; output < answers.spikes().columns() && differs == null; output++) {
            boolean fires = answers.spikes().get(0, output);
            if (fires != recording.spikes().get(steps, output)) {
                differs = "session " + recording.key() + ": output " + output + (fires ? " fires" : " does not fire")
                        + " in step " + (done() + 1) + ", and was recorded otherwise";
            }
        }
        steps++;
    }

    /** Says which spike was the first that was recorded otherwise; null if there was none. */
    @Nullable
    String differs() {
        return differs;
    }

    /** Runs to the end of a step, or to that of the recording. */
    void to(long end) {
        while (done() < end && steps < recording.spikes().rows()) {
            step();
        }
    }

    /** The steps that the session has done. */
    long done() {
        return first + steps;
    }

    /** The receipt of the steps since it began, with the version of the one that it is compared with. */
    Receipt receipt(int version) {
        return Receipt.of(pool.receipt(recording.key(), version), 0);
    }

    /** Begins a receipt here, behind one with a hash. */
    void begin(@Nullable MemorySegment previous) {
        pool.put(recording.key(), MemorySegment.NULL, previous);
    }

    /** The spikes and membranes of a population in the last step. */
    private record Shown(SpikeMatrix spikes, FloatMatrix membranes) implements BlockObserver {

        @Override
        public boolean needsMembranes() {
            return false;
        }

        @Override
        public void observe(long firstStep, int count, SpikeMatrix ofStep, FloatMatrix behind) {
            Rows.copy(ofStep, 0, spikes, 0, 1);
            Rows.copy(behind, 0, membranes, 0, 1);
        }

        @Override
        public void reset() {}

        Recording.Seen of(int neuron) {
            return new Recording.Seen(spikes.get(0, neuron), membranes.get(0, neuron));
        }

        /** The first neuron that differs; as many as there are where none does. */
        int mismatch(Shown other) {
            int neuron = 0;
            while (neuron < spikes.columns() && of(neuron).equals(other.of(neuron))) {
                neuron++;
            }
            return neuron;
        }
    }

    private Shown observe(int population) {
        int neurons = populations.get(population).size();
        Shown seen = new Shown(SpikeMatrix.zeros(1, neurons), FloatMatrix.zeros(1, neurons));
        pool.run().population(population).add(seen);
        return seen;
    }

    private List<String> shapes() {
        return populations.stream()
                .map(each -> each.name() + " " + each.shape())
                .toList();
    }

    /** Runs both, and returns the first difference. */
    Optional<Recording.Difference> compare(Replay other, int most) {
        if (!shapes().equals(other.shapes())) {
            throw new IllegalArgumentException("populations are " + other.shapes() + ", expected " + shapes());
        }
        Shown[] seen = new Shown[populations.size()];
        Shown[] others = new Shown[seen.length];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = observe(i);
            others[i] = other.observe(i);
        }
        while (steps < most) {
            step();
            other.step();
            for (int i = 0; i < seen.length; i++) {
                int neuron = seen[i].mismatch(others[i]);
                if (neuron < seen[i].spikes.columns()) {
                    return Optional.of(new Recording.Difference(
                            done(), populations.get(i).name(), neuron, seen[i].of(neuron), others[i].of(neuron)));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        pool.close();
    }
}
