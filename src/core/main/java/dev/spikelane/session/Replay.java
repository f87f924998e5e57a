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

/** A recording that a pool with a single session runs again. */
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
                        + " in step " + (done() + 1) + ", unlike in the recording";
            }
        }
        steps++;
    }

    /** Returns a description of the first spike that differs from the recording; null if all are equal. */
    @Nullable
    String differs() {
        return differs;
    }

    /** Runs until a step, or until the recording ends. */
    void to(long end) {
        while (done() < end && steps < recording.spikes().rows()) {
            step();
        }
    }

    /** Returns the number of steps that the session has done. */
    long done() {
        return first + steps;
    }

    /** Returns the receipt of the steps since {@code begin}, with the version of the compared receipt. */
    Receipt receipt(int version) {
        return Receipt.of(pool.receipt(recording.key(), version), 0);
    }

    /**
     * Begins a receipt at the present step.
     *
     * @param previous the hash of the previous receipt; null keeps the stored one
     */
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

        /** Returns the first neuron that differs; the number of neurons if all are equal. */
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

    /** Runs both replays, and returns the first difference. */
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
