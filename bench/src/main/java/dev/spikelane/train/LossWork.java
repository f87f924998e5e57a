package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The cross-entropy of the membranes of ten classes at each step, and its gradient.
 *
 * @param steps time steps
 * @param batch samples
 */
public record LossWork(int steps, int batch) implements Work {

    private static final int CLASSES = 10;

    @Override
    public String name() {
        return "cross-entropy of membranes classes %d batch %d steps %d threads 1".formatted(CLASSES, batch, steps);
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
        private final Loss.Input input;
        private final FloatMatrix gradient;
        private final Loss.Gradient into;
        private final Loss.Computation evaluator;
        private final double[] terms;

        Open(LossWork work) {
            int rows = work.steps * work.batch;
            int[] labels = new int[work.batch];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = i % CLASSES;
            }
            input = new Loss.Input(work.steps, work.batch, CLASSES)
                    .setMembranes(RandomData.uniform(arena, rows, CLASSES, -2, 2))
                    .setLabels(labels);
            gradient = FloatMatrix.zeros(arena, rows, CLASSES);
            into = Loss.Gradient.ofMembranes(gradient);
            evaluator = CrossEntropyLoss.membrane().bind(work.steps, work.batch, CLASSES);
            terms = new double[work.batch];
        }

        @Override
        public List<Entry> entries() {
            return List.of(
                    new Entry(Contestant.JAVA, () -> evaluator.evaluate(input, into, terms), gradient.segment()));
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
