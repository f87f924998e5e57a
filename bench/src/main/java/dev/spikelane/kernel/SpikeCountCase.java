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

/** Counting of random spikes. */
public final class SpikeCountCase implements Case {

    private final Arena arena = Arena.ofShared();
    private final SpikeMatrix spikes;
    private final FloatMatrix counts;

    public SpikeCountCase(int neurons, int batch, int steps, double density) {
        spikes = RandomData.spikes(arena, steps * batch, neurons, density);
        counts = FloatMatrix.zeros(arena, batch, neurons);
    }

    void chosen() {
        SpikeCount.add(spikes, spikes.rows(), counts);
    }

    void scalar() {
        SpikeCount.scalar(spikes, spikes.rows(), counts);
    }

    @Override
    public List<Work> works() {
        List<Entry> entries = new ArrayList<>();
        entries.add(entry(Contestant.SCALAR, this::scalar));
        entries.add(entry(Contestant.JAVA, this::chosen));
        if (Yardstick.AVAILABLE) {
            long vectors = (long) spikes.rows() * spikes.stride() * Long.SIZE / Roofline.FLOATS;
            entries.add(Roofline.loads(arena, vectors));
        }
        String name = "spike count, %d neurons, %d rows, density %.2f"
                .formatted(spikes.columns(), spikes.rows(), spikes.density());
        return List.of(new Work(name, entries));
    }

    private Entry entry(Contestant contestant, Runnable pass) {
        return new Entry(contestant, () -> counts.fill(0), pass, List.of(counts.segment()));
    }

    @Override
    public void close() {
        arena.close();
    }
}
