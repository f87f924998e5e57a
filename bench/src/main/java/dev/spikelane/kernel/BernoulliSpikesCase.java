package dev.spikelane.kernel;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Rate coding of random images. */
public final class BernoulliSpikesCase implements Case {

    private static final long SEED = 3;
    private static final float GAIN = 0.5f;
    private static final float OFFSET = 0.01f;

    private final Arena arena = Arena.ofShared();
    private final FloatMatrix data;
    private final SpikeMatrix spikes;

    public BernoulliSpikesCase(int neurons, int batch, int steps) {
        data = RandomData.uniform(arena, batch, neurons, 0, 1);
        spikes = SpikeMatrix.zeros(arena, steps * batch, neurons);
    }

    void chosen() {
        BernoulliSpikes.draw(SEED, 0, 0, data.rows(), data, GAIN, OFFSET, spikes, 0);
    }

    void scalar() {
        for (int row = 0; row < spikes.rows(); row++) {
            int sample = row % data.rows();
            long key = CounterRandom.rowKey(SEED, row / data.rows(), sample);
            BernoulliSpikes.scalar(key, data, sample, GAIN, OFFSET, spikes, row);
        }
    }

    void yardstick() {
        Yardstick.bernoulli(SEED, data, GAIN, OFFSET, spikes);
    }

    @Override
    public List<Work> works() {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(Contestant.SCALAR, this::scalar, spikes.segment()));
        entries.add(new Entry(Contestant.JAVA, this::chosen, spikes.segment()));
        if (Yardstick.AVAILABLE) {
            entries.add(new Entry(Contestant.YARDSTICK, this::yardstick, spikes.segment()));
            entries.add(Roofline.threefry((long) spikes.rows() * spikes.stride() * Long.SIZE / 2));
        }
        return List.of(
                new Work("rate coding, %d neurons, %d rows".formatted(spikes.columns(), spikes.rows()), entries));
    }

    @Override
    public void close() {
        arena.close();
    }
}
