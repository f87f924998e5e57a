package dev.spikelane.kernel.product;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Transpose;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Transposed random spikes times random values, as weight gradients need it.
 *
 * @param pre columns of the spikes
 * @param post columns of the values
 * @param rows rows of both
 * @param density share of spikes
 */
public record TransposedSpikeMatmulWork(int pre, int post, int rows, double density) implements Work {

    @Override
    public String name() {
        return "transposed spike matmul %dx%d rows %d density %.2f threads 1".formatted(pre, post, rows, density);
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
        private final FloatMatrix values;
        private final FloatMatrix product;
        private final TransposedSpikeMatmul.Workspace workspace;

        Open(TransposedSpikeMatmulWork work) {
            spikes = RandomData.spikes(arena, work.rows, work.pre, work.density);
            values = RandomData.coarse(arena, work.rows, work.post);
            product = FloatMatrix.zeros(arena, work.pre, work.post);
            workspace = TransposedSpikeMatmul.workspace(arena, work.rows, work.pre, work.post);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(
                    entry(Contestant.JAVA, () -> TransposedSpikeMatmul.multiply(spikes, values, product, workspace)));
            entries.add(entry(Contestant.SCALAR, this::loops));
            if (OpenBlas.isAvailable()) {
                FloatMatrix floats = RandomData.floats(arena, spikes);
                entries.add(entry(Contestant.OPENBLAS, () -> {
                    BlasThreads.set(1);
                    OpenBlas.sgemm(Transpose.FIRST, 1, floats, values, 0, product);
                }));
            }
            return entries;
        }

        /** Values are so coarse that every order gives the same sums. */
        private void loops() {
            product.fill(0);
            for (int row = 0; row < spikes.rows(); row++) {
                for (int input = 0; input < spikes.columns(); input++) {
                    if (spikes.get(row, input)) {
                        for (int output = 0; output < values.columns(); output++) {
                            product.set(input, output, product.get(input, output) + values.get(row, output));
                        }
                    }
                }
            }
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(contestant, pass, product.segment());
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
