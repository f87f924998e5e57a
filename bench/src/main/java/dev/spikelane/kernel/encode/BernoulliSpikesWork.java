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
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.BernoulliRow;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Rate coding of random images.
 *
 * @param neurons pixels
 * @param batch images
 * @param steps steps in a pass
 */
public record BernoulliSpikesWork(int neurons, int batch, int steps) implements Work {

    @Override
    public String name() {
        return "rate coding neurons %d batch %d steps %d threads 1".formatted(neurons, batch, steps);
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
        private static final long SEED = 3;
        private static final float GAIN = 0.5f;
        private static final float OFFSET = 0.01f;

        private final Arena arena = Arena.ofShared();
        private final FloatMatrix data;
        private final SpikeMatrix spikes;

        Open(BernoulliSpikesWork work) {
            data = RandomData.uniform(arena, work.batch, work.neurons, 0, 1);
            spikes = SpikeMatrix.zeros(arena, work.steps * work.batch, work.neurons);
        }

        private void scalar() {
            BernoulliRow row = new BernoulliRow(GAIN, OFFSET);
            for (int at = 0; at < spikes.rows(); at++) {
                int sample = at % data.rows();
                long key = CounterRandom.rowKey(SEED, at / data.rows(), sample);
                row.scalar(key, data, sample, spikes, at);
            }
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            BernoulliSpikes draws = new BernoulliSpikes(GAIN, OFFSET);
            entries.add(entry(Contestant.JAVA, () -> draws.draw(SEED, 0, data, spikes, 0)));
            entries.add(entry(Contestant.SCALAR, this::scalar));
            if (Yardstick.AVAILABLE) {
                entries.add(entry(Contestant.YARDSTICK, () -> Yardstick.bernoulli(SEED, data, GAIN, OFFSET, spikes)));
                entries.add(Roofline.threefry((long) spikes.rows() * spikes.stride() * Long.SIZE / 2));
            }
            return entries;
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(contestant, pass, spikes.segment());
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
