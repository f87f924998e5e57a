package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Measures what the variants of {@link SpikeMatmul} and {@link IntegerMatmul} cost on this machine, once they are
 * compiled. Takes some seconds.
 */
public final class SpikeCalibration implements AutoCloseable {

    private static final int PRE = 784;
    static final int BLOCKS = 4;
    private static final int GROUPS = PRE / 4;
    private static final int FEW = 8;
    private static final int MANY = 256;

    /** Rows whose active inputs are foreseen on every CPU, at density 0.3. */
    private static final int FORESEEN = 24;

    /** How long a variant runs before it counts as compiled, and how long it is measured then. */
    private static final long WARM_NANOSECONDS = 150_000_000L;

    private static final long MEASURED_NANOSECONDS = 60_000_000L;
    private static final int LEAST_RUNS = 5;

    private final Arena arena = Arena.ofShared();
    private final PackedWeights weights;
    private final Tile current = Tile.whole(FloatMatrix.zeros(arena, MANY, BLOCKS * PackedWeights.BLOCK));
    private final SpikeWorkspace workspace = new SpikeWorkspace(arena);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, MANY, PRE);

    private SpikeCalibration() {
        FloatMatrix some = FloatMatrix.zeros(arena, BLOCKS * PackedWeights.BLOCK, PRE);
        some.fill(1f / 64);
        weights = PackedWeights.pack(arena, some);
    }

    /**
     * Measures. The machine should do nothing else meanwhile.
     *
     * @return the constants of this machine; those in use if there are no vectors, or where a measurement makes no
     *     sense
     */
    public static SpikeCosts measure() {
        SpikeCosts inUse = SpikeCosts.inUse();
        if (!SimdWidth.VECTOR) {
            return inUse;
        }
        try (SpikeCalibration calibration = new SpikeCalibration()) {
            return calibration.costs(inUse);
        }
    }

    private SpikeCosts costs(SpikeCosts before) {
        SpikeCosts.Panel wide = panel(SpikeMatmul.Variant.WIDE, before.wide());
        SpikeCosts.Panel narrow = panel(SpikeMatmul.Variant.NARROW, before.narrow());
        boolean permutes = SimdWidth.bits() == SimdWidth.WIDEST;
        SpikeCosts.Panel permute =
                permutes ? panel(SpikeMatmul.Variant.PERMUTE, before.permute()) : SpikeCosts.Panel.NEVER;
        return new SpikeCosts(
                "measured",
                active(before.active()),
                wide,
                narrow,
                lists(narrow),
                dense(),
                permute,
                new IntegerCosts(
                        integers(ElementType.INT8, before.integers()), integers(ElementType.INT16, before.integers())));
    }

    private IntegerCosts.Product integers(ElementType type, IntegerCosts before) {
        return new IntegerCalibration(arena, type, spikes).costs(before.of(type));
    }

    /** From few and from many rows: what making tables costs, and what a row. */
    private SpikeCosts.Panel panel(SpikeMatmul.Variant variant, SpikeCosts.Panel before) {
        fill(spikes, 0.5);
        double few = nanoseconds(variant, FEW) / GROUPS;
        double many = nanoseconds(variant, MANY) / GROUPS;
        double makes = Math.ceilDiv(MANY, before.tile());
        double row = (many - makes * few) / (MANY - makes * FEW);
        double make = few - FEW * row;
        return row > 0 && make > 0 ? new SpikeCosts.Panel(make, row, before.tile()) : before;
    }

    private SpikeCosts.Dense dense() {
        fill(spikes, 0.5);
        return new SpikeCosts.Dense(nanoseconds(SpikeMatmul.Variant.DENSE, FEW) / GROUPS / FEW);
    }

    /** From two densities; tables are made as narrow ones are. */
    private SpikeCosts.Lists lists(SpikeCosts.Panel narrow) {
        double[] entries = new double[2];
        double[] times = new double[2];
        double[] densities = {0.05, 0.2};
        for (int i = 0; i < 2; i++) {
            fill(spikes, densities[i]);
            entries[i] = activeGroups(MANY);
            times[i] = nanoseconds(SpikeMatmul.Variant.LISTS, MANY) - narrow.make() * GROUPS;
        }
        double entry = (times[1] - times[0]) / (entries[1] - entries[0]);
        double sections = (double) Math.ceilDiv(GROUPS, SpikeLister.GROUPS) * MANY;
        double section = (times[0] - entries[0] * entry) / sections;
        return entry > 0 && section > 0
                ? new SpikeCosts.Lists(narrow.make(), section, entry)
                : SpikeCosts.inUse().lists();
    }

    /** From three densities. */
    private SpikeCosts.Active active(SpikeCosts.Active before) {
        double words = Math.ceilDiv(PRE, Long.SIZE) * (double) FORESEEN;
        double[] densities = {0.01, 0.1, 0.3};
        double[] groups = new double[3];
        double[] active = new double[3];
        double[] times = new double[3];
        for (int i = 0; i < 3; i++) {
            fill(spikes, densities[i]);
            groups[i] = activeGroups(FORESEEN);
            active[i] = spikes.count(0, FORESEEN);
            times[i] = nanoseconds(SpikeMatmul.Variant.ACTIVE, FORESEEN);
        }
        // times - word * words = group * groups + spike * active, of which differences lack the first
        double g1 = groups[1] - groups[0];
        double g2 = groups[2] - groups[0];
        double a1 = active[1] - active[0];
        double a2 = active[2] - active[0];
        double t1 = times[1] - times[0];
        double t2 = times[2] - times[0];
        double determinant = g1 * a2 - g2 * a1;
        double group = Math.max(0, (t1 * a2 - t2 * a1) / determinant);
        double spike = Math.max(0, (t2 - group * g2) / a2);
        double word = Math.max(0, (times[0] - group * groups[0] - spike * active[0]) / words);
        return group + spike > 0 ? new SpikeCosts.Active(word, group, spike, before.foreseen()) : before;
    }

    static void fill(SpikeMatrix spikes, double density) {
        spikes.clear();
        for (int row = 0; row < spikes.rows(); row++) {
            for (int input = 0; input < spikes.columns(); input++) {
                spikes.set(row, input, CounterRandom.uniform(0, row, 0, input) < density);
            }
        }
    }

    private long activeGroups(int rows) {
        long groups = 0;
        for (int row = 0; row < rows; row++) {
            for (int input = 0; input < PRE; input += 4) {
                boolean any = false;
                for (int i = input; i < input + 4; i++) {
                    any |= spikes.get(row, i);
                }
                groups += any ? 1 : 0;
            }
        }
        return groups;
    }

    private double nanoseconds(SpikeMatmul.Variant variant, int rows) {
        return nanoseconds(() -> SpikeMatmul.run(variant, spikes, rows, weights, current, workspace))
                * SpikeCosts.fromBlocks(BLOCKS, variant);
    }

    /** The median of a block of 64 outputs, where a product has {@link #BLOCKS}. */
    static double nanoseconds(Runnable product) {
        long[] times = new long[1 << 12];
        int runs = 0;
        long start = System.nanoTime();
        long now = start;
        while (now - start < WARM_NANOSECONDS) {
            product.run();
            now = System.nanoTime();
        }
        start = now;
        while (runs < LEAST_RUNS || now - start < MEASURED_NANOSECONDS && runs < times.length) {
            product.run();
            long end = System.nanoTime();
            times[runs++] = end - now;
            now = end;
        }
        Arrays.sort(times, 0, runs);
        return (double) times[runs / 2] / BLOCKS;
    }

    @Override
    public void close() {
        arena.close();
    }
}
