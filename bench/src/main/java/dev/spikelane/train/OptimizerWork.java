package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.update.ParameterUpdate;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * A step of Adam, from gradients that are stored. The roofline counts four loads for 16 values: the value, its
 * gradient, and two means. They do not fit in the caches of most machines, which it does not know.
 *
 * @param rows rows of the parameter
 * @param columns values in a row
 */
public record OptimizerWork(int rows, int columns) implements Work {

    private static final int LOADS = 4;
    private static final double RATE = 5e-4;

    @Override
    public String name() {
        return "adam step %dx%d threads 1".formatted(rows, columns);
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
        private final FloatMatrix parameter;
        private final FloatMatrix gradient;
        private final ParameterUpdate update;
        private final long floats;

        Open(OptimizerWork work) {
            parameter = RandomData.uniform(arena, work.rows, work.columns, -1, 1);
            gradient = RandomData.uniform(arena, work.rows, work.columns, -1, 1);
            floats = parameter.segment().byteSize() / Float.BYTES;
            update = TrainingParts.bind(new Adam(RATE), parameter);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(Contestant.JAVA, this::step, parameter.segment()));
            if (Yardstick.AVAILABLE) {
                entries.addAll(Roofline.loads(arena, LOADS * floats / Roofline.FLOATS));
            }
            return entries;
        }

        private void step() {
            update.begin(RATE);
            update.update(gradient.segment(), 0, floats);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
