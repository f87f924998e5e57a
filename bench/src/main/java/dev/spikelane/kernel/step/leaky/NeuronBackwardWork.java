package dev.spikelane.kernel.step.leaky;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.SurrogateShape;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.gradient.NeuronGradient;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * 256 leaky neurons back through a step under spikes, batch 128, through the arc tangent. The roofline counts for 16
 * neurons the membrane and the gradients of spike and distance in each of three passes, and the membrane's gradient in
 * one; the division is not in it.
 */
public record NeuronBackwardWork() implements Work {

    private static final int NEURONS = 256;
    private static final int BATCH = 128;
    private static final int LOADS = 8;

    @Override
    public String name() {
        return "leaky neurons %d batch %d back through a step threads 1".formatted(NEURONS, BATCH);
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Case open() {
        return new Open();
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final Leaky model = new Leaky(0.95);
        private final NeuronBackward neurons = NeuronGradient.of(
                        arena, model, model.bind(arena, Shape.of(NEURONS)), BATCH, Set.of())
                .tile(0, NEURONS);
        private final SurrogateStep atan = new SurrogateStep(SurrogateShape.ATAN, 2, 0);
        private final FloatMatrix given = RandomData.uniform(arena, BATCH, NEURONS, -1, 1);
        private final FloatMatrix ofSpikes = FloatMatrix.zeros(arena, BATCH, NEURONS);
        private final FloatMatrix distance = FloatMatrix.zeros(arena, BATCH, NEURONS);
        private final FloatMatrix ofMembrane = FloatMatrix.zeros(arena, BATCH, NEURONS);
        private final NeuronBackward.Step step = new NeuronBackward.Step();

        Open() {
            step.before[0] = RandomData.uniform(arena, BATCH, NEURONS, 0, 2);
            step.after = RandomData.uniform(arena, BATCH, NEURONS, 0, 2);
            step.ofCurrents[0] = FloatMatrix.zeros(arena, BATCH, NEURONS);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(
                    Contestant.JAVA,
                    () -> ofMembrane.fill(0),
                    this::back,
                    () -> List.of(step.ofCurrents[0].segment(), ofMembrane.segment())));
            if (Yardstick.AVAILABLE) {
                entries.addAll(Roofline.loads(arena, (long) LOADS * BATCH * NEURONS / Roofline.FLOATS));
            }
            return entries;
        }

        private void back() {
            ofSpikes.copyFrom(given);
            neurons.toDistance(step, ofMembrane, ofSpikes, distance);
            atan.backward(distance, ofSpikes, ofSpikes);
            neurons.toCurrents(step, ofSpikes, ofMembrane, BATCH);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
