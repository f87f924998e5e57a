package dev.spikelane.kernel.product.integer;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.ProductYardstick;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Random spikes times random integer weights. The scale is a power of two and sums stay below 2^24, so that the same
 * weights as floats give the same bits.
 *
 * @param inputs number of inputs
 * @param outputs number of outputs
 * @param rows rows of spikes
 * @param density share of the inputs that fire
 * @param type the type of the weights
 */
public record IntegerMatmulWork(int inputs, int outputs, int rows, double density, ElementType type) implements Work {

    @Override
    public String name() {
        return "%s matmul %dx%d rows %d density %.2f threads 1"
                .formatted(type.name().toLowerCase(Locale.ROOT), inputs, outputs, rows, density);
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

        private static final float SCALE = 1f / (1 << 20);

        /** Additions up to which the scalar kernel takes part. */
        private static final long SCALAR_ADDITIONS = 80_000_000;

        private final Arena arena = Arena.ofShared();
        private final IntegerMatmulWork work;
        private final SpikeMatrix spikes;
        private final FloatMatrix floats;
        private final PackedIntegers integers;
        private final PackedWeights packed;
        private final FloatMatrix current;
        private final Tile tile;
        private final ProductScratch workspace;

        Open(IntegerMatmulWork work) {
            this.work = work;
            spikes = RandomData.spikes(arena, work.rows, work.inputs, work.density);
            IntegerMatrix weights = weights(work);
            floats = weights.widened();
            FloatMatrix bias = FloatMatrix.zeros(arena, 1, work.outputs);
            integers = PackedIntegers.pack(arena, weights, bias);
            packed = PackedWeights.pack(arena, floats, bias);
            current = FloatMatrix.zeros(arena, work.rows, work.outputs);
            tile = Tile.whole(current);
            workspace = new ProductScratch(arena);
        }

        private static IntegerMatrix weights(IntegerMatmulWork work) {
            Random random = new Random(1);
            int least = Math.max(work.type.least(), -Short.MAX_VALUE / 2);
            int greatest = Math.min(work.type.greatest(), Short.MAX_VALUE / 2);
            short[] items = new short[work.outputs * work.inputs];
            for (int i = 0; i < items.length; i++) {
                items[i] = (short) (random.nextInt(greatest - least + 1) + least);
            }
            return IntegerMatrix.of(work.type, work.outputs, work.inputs, items, SCALE);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(
                    entry(Contestant.JAVA, () -> IntegerMatmul.multiply(spikes, work.rows, integers, tile, workspace)));
            entries.add(
                    entry(Contestant.FLOATS, () -> SpikeMatmul.multiply(spikes, work.rows, packed, tile, workspace)));
            if ((long) work.rows * work.inputs * work.outputs <= SCALAR_ADDITIONS) {
                entries.add(entry(Contestant.SCALAR, () -> IntegerMatmul.scalar(spikes, work.rows, integers, tile)));
            }
            if (Yardstick.AVAILABLE && work.type.bits() >= Byte.SIZE) {
                entries.add(entry(Contestant.YARDSTICK, this::yardstick));
            }
            if (OpenBlas.isAvailable()) {
                FloatMatrix input = RandomData.floats(arena, spikes);
                entries.add(entry(Contestant.OPENBLAS, () -> {
                    BlasThreads.set(1);
                    OpenBlas.sgemm(Matmul.Transpose.SECOND, 1, input, floats, 0, current);
                }));
            }
            return entries;
        }

        /** C, with the variant that the library chooses. */
        private void yardstick() {
            IntegerMatmul.Variant variant = IntegerMatmul.choose(
                    work.type, work.rows, work.inputs, integers.outputs(), spikes.count(0, work.rows));
            ProductYardstick.integers(
                    variant == IntegerMatmul.Variant.TABLES
                            ? ProductYardstick.Integers.TABLES
                            : ProductYardstick.Integers.ACTIVE,
                    spikes,
                    work.rows,
                    integers,
                    current);
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(contestant, pass, current.segment());
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
