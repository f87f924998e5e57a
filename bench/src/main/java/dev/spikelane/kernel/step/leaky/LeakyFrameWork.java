package dev.spikelane.kernel.step.leaky;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.step.SurrogateShape;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * 1000 leaky neurons under a frame, batch 128, 25 steps: forward, or back from ten outputs through the arc tangent,
 * membranes computed again. The roofline counts three operands for 16 neurons and a step forward, and ten for the
 * outputs and six more back; the division is not in it.
 *
 * @param back whether the way back is taken
 */
public record LeakyFrameWork(boolean back) implements Work {

    private static final int NEURONS = 1000;
    private static final int OUTPUTS = 10;
    private static final int BATCH = 128;
    private static final int STEPS = 25;

    @Override
    public String name() {
        return "leaky frame neurons %d batch %d steps %d %s threads 1"
                .formatted(NEURONS, BATCH, STEPS, back ? "back" : "forward");
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
        private final LeakyFrameWork work;
        private final LeakyNeurons parameters =
                new LeakyModel(NEURONS).beta(0.95f).reset(Reset.SUBTRACT).build(arena);
        private final FloatMatrix current = RandomData.uniform(arena, BATCH, LeakyFrame.BLOCK, -0.2f, 0.3f);
        private final FloatMatrix membrane = FloatMatrix.zeros(arena, BATCH, NEURONS);
        private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS * BATCH, NEURONS);
        private final SurrogateStep atan = new SurrogateStep(SurrogateShape.ATAN, 2, 0);
        private final FloatMatrix distances = FloatMatrix.zeros(arena, LeakyFrame.SAMPLES * STEPS, LeakyFrame.BLOCK);
        private final LeakyFrame.Room room = new LeakyFrame.Room(
                distances,
                distances.rows(0, STEPS),
                FloatMatrix.zeros(arena, STEPS, LeakyFrame.BLOCK),
                FloatMatrix.zeros(arena, BATCH, LeakyFrame.BLOCK));
        private final Tile tile = Tile.of(current, spikes.columns());
        private final LeakyFrame.Target target;
        private final LeakyFrame.Source source = new LeakyFrame.Source(current, STEPS, membrane, null);

        Open(LeakyFrameWork work) {
            this.work = work;
            int stride = LeakyFrame.stride(STEPS, OUTPUTS);
            float[] gradients = RandomData.uniform(arena, BATCH, stride, -1, 1).toArray();
            FloatMatrix weights = RandomData.uniform(arena, spikes.stride() * OUTPUTS, LeakyFrame.BLOCK, -1, 1);
            target = new LeakyFrame.Target(gradients, stride, OUTPUTS, weights, OUTPUTS);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            Runnable pass = work.back ? this::back : this::forward;
            MemorySegment result = work.back ? room.sums().segment() : spikes.segment();
            entries.add(new Entry(Contestant.JAVA, pass, result));
            if (Yardstick.AVAILABLE) {
                long vectors = (long) STEPS * BATCH * spikes.stride() * Long.SIZE / Roofline.FLOATS;
                entries.addAll(Roofline.loads(arena, vectors * (work.back ? OUTPUTS + 6 : 3)));
            }
            return entries;
        }

        private void forward() {
            for (int block = 0; block < spikes.stride(); block++) {
                LeakyFrame.fire(parameters, tile.at(block, block + 1), membrane, null, spikes, block);
            }
        }

        private void back() {
            for (int block = 0; block < spikes.stride(); block++) {
                LeakyFrame.back(parameters, atan, target, source, room, block);
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
