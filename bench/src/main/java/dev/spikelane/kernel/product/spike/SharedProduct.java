package dev.spikelane.kernel.product.spike;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.SharedBlocks;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A product of spikes that threads share as a simulation does: some rows at a time, each part prepared once for all
 * threads.
 */
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

    /** Runs after learning until all stages use their fastest variant: parts of other sizes are tried now and then. */
    private static final int SETTLED_RUNS = 10;

    private static final long LEARNING_NANOSECONDS = 3_000_000_000L;

    private record Rows(SpikeMatrix spikes, List<Tile> tiles) {}

    /** Parts with as many rows as a product takes at a time. */
    private final List<Rows> all;

    /** Parts with as many rows as the expected number of active inputs allows. */
    private final List<Rows> foreseen;

    /** Used to find the number of rows to take at a time. */
    private final StageChoice asked;

    private final long active;
    private final int rows;
    private final PackedWeights weights;
    private final SpikeMatmul.Variant variant;
    private final PreparedSpikes prepared;
    private final List<ProductScratch> workspaces;
    private final Threads crew;
    private final boolean chosen;
    private Rows now;

    /** Creates a product whose variant the library chooses by its measurements. */
    SharedProduct(Arena arena, Threads crew, SpikeMatrix spikes, PackedWeights weights, FloatMatrix current) {
        this(arena, crew, spikes, weights, current, SpikeMatmul.Variant.SCALAR, Chooser.OF_JVM);
    }

    /**
     * Creates a product.
     *
     * @param chooser chooses the variant at each call; null to use {@code variant}
     */
    SharedProduct(
            Arena arena,
            Threads crew,
            SpikeMatrix spikes,
            PackedWeights weights,
            FloatMatrix current,
            SpikeMatmul.Variant variant,
            @Nullable Chooser chooser) {
        this.crew = crew;
        this.weights = weights;
        this.variant = variant;
        this.chosen = chooser != null;
        Chooser serves = chooser == null ? Chooser.OF_JVM : chooser;
        int threads = crew.count;
        this.rows = spikes.rows();
        this.active = spikes.count();
        this.asked = new StageChoice(serves, 1);
        this.all = some(spikes, current, threads == 1 ? rows : Math.min(rows, SpikePanels.ROWS), threads);
        this.foreseen = some(spikes, current, SpikeCosts.rowsForeseen(serves.costs(), rows, active), threads);
        now = all.getFirst();
        workspaces = Stream.generate(() -> new ProductScratch(arena, serves))
                .limit(threads)
                .toList();
        prepared = new PreparedSpikes(arena, threads, serves);
    }

    private static List<Rows> some(SpikeMatrix spikes, FloatMatrix current, int most, int threads) {
        List<Rows> all = new ArrayList<>();
        for (int row = 0; row < spikes.rows(); row += most) {
            int count = Math.min(most, spikes.rows() - row);
            FloatMatrix into = current.rows(row, count);
            all.add(new Rows(
                    spikes.rows(row, count),
                    Stream.generate(() -> Tile.whole(into)).limit(threads).toList()));
        }
        return all;
    }

    /** Returns the parts with as many rows as a simulation would take at a time. */
    private List<Rows> some() {
        if (foreseen.size() == all.size()) {
            return all;
        }
        int most = Math.min(rows, SpikePanels.ROWS);
        boolean cut = chosen
                ? SpikeMatmul.rowsAtATime(asked, most, weights.inputs(), weights.outputs(), active * most / rows) < most
                : variant == SpikeMatmul.Variant.ACTIVE && crew.count > 1;
        return cut ? foreseen : all;
    }

    /** Runs as a warm-up does, until the fastest variant is known or a time is over. */
    void learn() {
        Chooser.setLearning(true, true);
        long start = System.nanoTime();
        int settledRuns = 0;
        while (settledRuns < SETTLED_RUNS && System.nanoTime() - start < LEARNING_NANOSECONDS) {
            long unsettled = Chooser.unsettled();
            run();
            settledRuns = Chooser.unsettled() == unsettled ? settledRuns + 1 : 0;
        }
        Chooser.setLearning(false, false);
    }

    /** Returns the variant used last. */
    SpikeMatmul.Variant serves() {
        StageChoice choice = prepared.isApart() ? workspace().prepared.choice : prepared.choice;
        return SpikeMatmul.variant(choice.peek());
    }

    ProductScratch workspace() {
        return workspaces.getFirst();
    }

    @Override
    public void run() {
        List<Rows> some = some();
        for (int i = 0; i < some.size(); i++) { // an iterator would count as memory that the library allocates
            now = some.get(i);
            SpikeMatrix spikes = now.spikes();
            if (chosen) {
                SpikeMatmul.prepare(spikes, spikes.rows(), spikes.count(), i, weights, prepared);
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
