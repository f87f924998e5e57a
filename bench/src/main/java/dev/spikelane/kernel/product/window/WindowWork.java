package dev.spikelane.kernel.product.window;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.base.Window;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.SpikeWorkspace;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution of random spikes on square maps, for {@value #MAPS} different maps: one again and again would be learned
 * by the branch predictor, and take half the time.
 *
 * @param channels of the input
 * @param post channels of the output
 * @param kernel rows and columns
 * @param padding on each side
 * @param inputs rows and columns of the input
 * @param density share of the inputs that fire
 */
public record WindowWork(int channels, int post, int kernel, int padding, int inputs, double density) implements Work {

    private static final int MAPS = 400;

    /** Maps in a call; so currents stay in the L2 cache. */
    private static final int ROWS = 1;

    @Override
    public String name() {
        return "convolution %d->%d %dx%d on %dx%d density %.2f threads 1"
                .formatted(channels, post, kernel, kernel, inputs, inputs, density);
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
        private final PackedWeights weights;
        private final SpikeMatrix spikes;
        private final List<SpikeMatrix> maps;
        private final List<SpikeMatrix> unfolded = new ArrayList<>();
        private final FloatMatrix current;
        private final Tile currents;
        private final FloatMatrix sums;
        private final SpikeWorkspace workspace = new SpikeWorkspace(arena);

        Open(WindowWork work) {
            window = work.window();
            var linear = RandomData.linear(arena, window.size(), work.post, new TorchRandom(1));
            weights = PackedWeights.pack(arena, linear.weights(), linear.bias());
            spikes = RandomData.spikes(arena, MAPS, window.inputs(), work.density);
            maps = parts(spikes, ROWS);
            current = FloatMatrix.zeros(arena, ROWS, window.positions() * work.post);
            currents = Tile.whole(current);
            sums = FloatMatrix.zeros(arena, ROWS * window.positions(), work.post);
            WindowTables tables = new WindowTables(arena, window, work.post);
            tables.fill(weights);
            WindowLists lists = new WindowLists(arena, tables);
            entries.add(new Entry(Contestant.JAVA, () -> slide(lists), current.segment()));
            unfold();
            entries.add(new Entry(Contestant.UNFOLDED, this::multiply, sums.segment()));
            if (Yardstick.AVAILABLE) {
                Runnable yardstick = new WindowYardstick(tables, maps, current, work.padding);
                entries.add(new Entry(Contestant.YARDSTICK, yardstick, current.segment()));
                entries.addAll(Roofline.loads(arena, loads()));
            }
        }

        private void slide(WindowLists lists) {
            for (SpikeMatrix map : maps) {
                WindowMatmul.multiply(map, ROWS, lists, currents);
            }
        }

        private void multiply() {
            for (SpikeMatrix rows : unfolded) {
                SpikeMatmul.multiply(rows, rows.rows(), weights, Tile.whole(sums), workspace);
            }
        }

        private static List<SpikeMatrix> parts(SpikeMatrix of, int rows) {
            List<SpikeMatrix> parts = new ArrayList<>();
            for (int row = 0; row < of.rows(); row += rows) {
                parts.add(of.rows(row, rows));
            }
            return parts;
        }

        /** Beforehand: this takes no part of the time. */
        private void unfold() {
            SpikeMatrix rows = SpikeMatrix.zeros(arena, MAPS * window.positions(), window.size());
            int columns = window.x().outputs();
            for (int row = 0; row < rows.rows(); row++) {
                int position = row % window.positions();
                for (int k = 0; k < window.size(); k++) {
                    int place = k / window.channels();
                    int x = window.x().at(position % columns, place % window.x().kernel());
                    int y = window.y().at(position / columns, place / window.x().kernel());
                    if (x >= 0 && y >= 0 && x < window.x().inputs() && y < window.y().inputs()) {
                        int input = (y * window.x().inputs() + x) * window.channels() + k % window.channels();
                        rows.set(row, k, spikes.get(row / window.positions(), input));
                    }
                }
            }
            unfolded.addAll(parts(rows, ROWS * window.positions()));
        }

        /** A load for each group of four inputs of an output in which one fires, and 16 channels. */
        private long loads() {
            long groups = 0;
            for (SpikeMatrix rows : unfolded) {
                for (int row = 0; row < rows.rows(); row++) {
                    int last = -1;
                    for (int k = rows.next(row, 0); k >= 0; k = rows.next(row, k + 1)) {
                        groups += k / 4 != last ? 1 : 0;
                        last = k / 4;
                    }
                }
            }
            return groups * Math.ceilDiv(weights.post(), Roofline.FLOATS);
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
