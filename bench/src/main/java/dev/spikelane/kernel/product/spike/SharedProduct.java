package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.SharedBlocks;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A product of spikes that threads share as a simulation does: some rows at a time, prepared once for all of them. */
final class SharedProduct implements Runnable {

    /** Threads for any number of products, one of which runs at a time. */
    static final class Threads implements AutoCloseable {
        private final int count;
        private final SharedBlocks blocks;
        private SharedProduct running;

        Threads(int count, PackedWeights weights) {
            this.count = count;
            this.blocks = new SharedBlocks(
                    count, weights.blocks(), (first, end, thread) -> running.compute(first, end, thread));
        }

        private void run(SharedProduct product) {
            running = product;
            blocks.run();
        }

        @Override
        public void close() {
            blocks.close();
        }
    }

    private static final int LEAST_RUNS = 3;
    private static final long LEARNING_NANOSECONDS = 3_000_000_000L;

    private record Rows(SpikeMatrix spikes, List<Tile> tiles) {}

    private final List<Rows> all = new ArrayList<>();
    private final PackedWeights weights;
    private final SpikeMatmul.Variant variant;
    private final PreparedSpikes prepared;
    private final List<SpikeWorkspace> workspaces;
    private final Threads crew;
    private final boolean chosen;
    private Rows now;

    /** Makes a product whose variant is chosen as the library has learned. */
    SharedProduct(Arena arena, Threads crew, SpikeMatrix spikes, PackedWeights weights, FloatMatrix current) {
        this(arena, crew, spikes, weights, current, SpikeMatmul.Variant.SCALAR, Tuner.OF_JVM);
    }

    /**
     * Makes it.
     *
     * @param tuner what chooses at each call; null if {@code variant} serves
     */
    SharedProduct(
            Arena arena,
            Threads crew,
            SpikeMatrix spikes,
            PackedWeights weights,
            FloatMatrix current,
            SpikeMatmul.Variant variant,
            @Nullable Tuner tuner) {
        this.crew = crew;
        this.weights = weights;
        this.variant = variant;
        this.chosen = tuner != null;
        Tuner serves = tuner == null ? Tuner.OF_JVM : tuner;
        int threads = crew.count;
        int rows = spikes.rows();
        int most = variant == SpikeMatmul.Variant.ACTIVE
                ? serves.costs().rowsForeseen(rows, spikes.count())
                : SpikePanels.ROWS;
        int some = threads == 1 ? rows : Math.min(rows, most);
        for (int row = 0; row < rows; row += some) {
            int count = Math.min(some, rows - row);
            FloatMatrix into = current.rows(row, count);
            all.add(new Rows(
                    spikes.rows(row, count),
                    Stream.generate(() -> Tile.whole(into)).limit(threads).toList()));
        }
        now = all.getFirst();
        workspaces = Stream.generate(() -> new SpikeWorkspace(arena, serves))
                .limit(threads)
                .toList();
        prepared = new PreparedSpikes(arena, threads, serves);
    }

    /** Runs until it is known which variant is the fastest, or for some time. */
    void learn() {
        long start = System.nanoTime();
        for (int run = 0; run < LEAST_RUNS || !settled() && System.nanoTime() - start < LEARNING_NANOSECONDS; run++) {
            run();
        }
    }

    private boolean settled() {
        TunedStage stage = prepared.isApart() ? workspace().own.stage : prepared.stage;
        return stage.of.settled;
    }

    /** The variant that served last. */
    SpikeMatmul.Variant serves() {
        TunedStage stage = prepared.isApart() ? workspace().own.stage : prepared.stage;
        return SpikeMatmul.variant(stage.tuner.peek(stage));
    }

    SpikeWorkspace workspace() {
        return workspaces.getFirst();
    }

    @Override
    public void run() {
        for (int i = 0; i < all.size(); i++) { // an iterator would count as memory that the library takes
            now = all.get(i);
            SpikeMatrix spikes = now.spikes();
            if (chosen) {
                SpikeMatmul.prepare(spikes, spikes.rows(), i, weights, prepared);
            } else {
                prepared.take(variant, spikes.count(0, spikes.rows()), spikes, spikes.rows(), weights);
                prepared.keep(spikes, i);
            }
            crew.run(this);
        }
    }

    private void compute(int firstBlock, int endBlock, int thread) {
        SpikeMatrix spikes = now.spikes();
        Tile tile = now.tiles().get(thread).at(firstBlock, endBlock);
        SpikeMatmul.multiply(prepared, spikes, spikes.rows(), weights, tile, workspaces.get(thread));
    }
}
