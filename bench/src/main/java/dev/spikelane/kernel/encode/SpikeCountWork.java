package dev.spikelane.kernel.encode;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Counting of random spikes.
 *
 * @param neurons columns of the spikes
 * @param batch samples side by side
 * @param steps steps in a pass
 * @param density share of spikes
 */
public record SpikeCountWork(int neurons, int batch, int steps, double density) implements Work {

    @Override
    public String name() {
        return "spike count neurons %d batch %d steps %d density %.2f threads 1"
                .formatted(neurons, batch, steps, density);
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final SpikeMatrix spikes;
        private final FloatMatrix counts;

        Open(SpikeCountWork work) {
            spikes = RandomData.spikes(arena, work.steps * work.batch, work.neurons, work.density);
            counts = FloatMatrix.zeros(arena, work.batch, work.neurons);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(entry(Contestant.JAVA, () -> SpikeCount.add(spikes, spikes.rows(), counts)));
            entries.add(entry(Contestant.SCALAR, () -> SpikeCount.scalar(spikes, spikes.rows(), counts)));
            if (Yardstick.AVAILABLE) {
                long vectors = (long) spikes.rows() * spikes.stride() * Long.SIZE / Roofline.FLOATS;
                entries.addAll(Roofline.loads(arena, vectors));
            }
            return entries;
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(contestant, () -> counts.fill(0), pass, () -> List.of(counts.segment()));
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
