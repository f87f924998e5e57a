package dev.spikelane.kernel.product.window;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Unfold;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A convolution of random spikes on square maps, for {@value #MAPS} different maps: one again and again would be
 * learned by the branch predictor, and take half the time.
 *
 * @param channels of the input
 * @param outputs channels of the output
 * @param kernel rows and columns
 * @param padding on each side
 * @param inputs rows and columns of the input
 * @param density share of the inputs that fire
 */
public record WindowWork(int channels, int outputs, int kernel, int padding, int inputs, double density)
        implements Work {

    private static final int MAPS = 400;

    /** Maps that are unfolded at a time, as variants of products want many rows. */
    private static final int UNFOLDED = 8;

    @Override
    public String name() {
        return "convolution %d->%d %dx%d on %dx%d density %.2f threads 1"
                .formatted(channels, outputs, kernel, kernel, inputs, inputs, density);
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public int operations() {
        return MAPS;
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private Window window() {
        Window.Axis axis = new Window.Axis(inputs, kernel, 1, padding, 1, inputs + 2 * padding - kernel + 1);
        return new Window(channels, axis, axis);
    }

    private static final class Open implements Case {

        private final Arena arena = Arena.ofShared();
        private final List<Entry> entries = new ArrayList<>();
        private final Window window;
        private final Unfold unfold;
        private final PackedWeights weights;
        private final SpikeMatrix spikes;
        private final List<SpikeMatrix> maps;
        private final SpikeMatrix unfolded;
        private final FloatMatrix sums;
        private final Tile tile;
        private final Tile current;
        private final ProductScratch workspace = new ProductScratch(arena);

        Open(WindowWork work) {
            window = work.window();
            unfold = new Unfold(window);
            var linear = RandomData.linear(arena, window.size(), work.outputs, new TorchRandom(1));
            weights = PackedWeights.pack(arena, linear.weights(), linear.bias());
            spikes = RandomData.spikes(arena, MAPS, window.inputs(), work.density);
            maps = IntStream.range(0, MAPS).mapToObj(row -> spikes.rows(row, 1)).toList();
            current = Tile.whole(FloatMatrix.zeros(arena, 1, window.positions() * work.outputs));
            WindowTables tables = new WindowTables(arena, window, work.outputs);
            tables.fill(weights);
            WindowLists lists = new WindowLists(arena, tables);
            MemorySegment currents = current.matrix().segment();
            entries.add(new Entry(Contestant.JAVA, () -> slide(lists), currents));
            unfolded = SpikeMatrix.zeros(arena, UNFOLDED * window.positions(), window.size());
            sums = FloatMatrix.zeros(arena, unfolded.rows(), work.outputs);
            tile = Tile.whole(sums);
            FloatMatrix last = sums.rows((UNFOLDED - 1) * window.positions(), window.positions());
            entries.add(new Entry(Contestant.UNFOLDED, this::unfoldAndMultiply, last.segment()));
            if (Yardstick.AVAILABLE) {
                Runnable yardstick = new WindowYardstick(tables, maps, current.matrix(), work.padding);
                entries.add(new Entry(Contestant.YARDSTICK, yardstick, currents));
                entries.addAll(Roofline.loads(arena, loads()));
            }
        }

        private void slide(WindowLists lists) {
            for (SpikeMatrix map : maps) {
                WindowMatmul.multiply(map, 0, 1, lists, current);
            }
        }

        private void unfoldAndMultiply() {
            for (int map = 0; map < MAPS; map += UNFOLDED) {
                unfold(map);
                SpikeMatmul.multiply(unfolded, unfolded.rows(), weights, tile, workspace);
            }
        }

        private void unfold(int map) {
            unfold.copy(spikes, 0, window.positions(), map * window.positions(), unfolded.rows(), unfolded);
        }

        /** A load for each group of four inputs of an output in which one fires, and 16 channels. */
        private long loads() {
            long groups = 0;
            for (int map = 0; map < MAPS; map += UNFOLDED) {
                unfold(map);
                for (int row = 0; row < unfolded.rows(); row++) {
                    int last = -1;
                    for (int k = unfolded.next(row, 0); k >= 0; k = unfolded.next(row, k + 1)) {
                        groups += k / 4 != last ? 1 : 0;
                        last = k / 4;
                    }
                }
            }
            return groups * Math.ceilDiv(weights.outputs(), Roofline.FLOATS);
        }

        @Override
        public List<Entry> entries() {
            return entries;
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
