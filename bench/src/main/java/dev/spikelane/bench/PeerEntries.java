package dev.spikelane.bench;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tasks of other libraries in a case, as entries. */
public final class PeerEntries implements AutoCloseable {

    private final List<Peer.Task> tasks = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    /** Creates entries without peers. */
    public PeerEntries() {}

    /**
     * Lets every peer create its task. Their results are compared with some matrices of floats, then some of spikes.
     */
    public PeerEntries(
            Function<Peer, Peer.Task> maker, Arena arena, List<FloatMatrix> floats, List<SpikeMatrix> spikes) {
        for (Peer peer : Peers.all()) {
            Peer.Task task = maker.apply(peer);
            tasks.add(task);
            entries.add(new Entry(peer.contestant(), () -> {}, task::run, () -> copies(task, arena, floats, spikes)));
        }
    }

    /**
     * Lets every peer that can do the task create it, to be run some times in a pass.
     *
     * @param results selects the results to compare from a task's results
     */
    public PeerEntries(
            Function<Peer, Peer.@Nullable Task> maker,
            int times,
            Function<List<float[]>, List<MemorySegment>> results) {
        for (Peer peer : Peers.all()) {
            Peer.Task task = maker.apply(peer);
            if (task == null) {
                continue;
            }
            tasks.add(task);
            Runnable pass = () -> {
                for (int i = 0; i < times; i++) {
                    task.run();
                }
            };
            entries.add(new Entry(
                    peer.contestant(),
                    () -> {},
                    pass,
                    () -> task.results().isEmpty() ? List.of() : results.apply(task.results())));
        }
    }

    /** Returns one entry for each peer. */
    public List<Entry> entries() {
        return entries;
    }

    private static List<MemorySegment> copies(
            Peer.Task task, Arena arena, List<FloatMatrix> floats, List<SpikeMatrix> spikes) {
        List<float[]> results = task.results();
        if (results.isEmpty()) {
            return List.of();
        }
        List<MemorySegment> copies = new ArrayList<>();
        for (int i = 0; i < floats.size(); i++) {
            FloatMatrix like = floats.get(i);
            copies.add(FloatMatrix.copyOf(arena, like.rows(), like.columns(), results.get(i))
                    .segment());
        }
        for (int i = 0; i < spikes.size(); i++) {
            float[] values = results.get(floats.size() + i);
            byte[] bits = new byte[values.length];
            for (int at = 0; at < values.length; at++) {
                if (values[at] != 0 && values[at] != 1) {
                    throw new IllegalStateException("a spike is " + values[at] + ", expected 0 or 1");
                }
                bits[at] = (byte) values[at];
            }
            SpikeMatrix like = spikes.get(i);
            copies.add(
                    SpikeMatrix.copyOf(arena, like.rows(), like.columns(), bits).segment());
        }
        return copies;
    }

    @Override
    public void close() {
        tasks.forEach(Peer.Task::close);
    }
}
