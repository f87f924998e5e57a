package dev.spikelane.kernel.product.spike;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.product.PackedWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning on a machine that is known, by a clock that only products move. */
@EveryWidth
final class TunerTest {

    private static final int PRE = 784;
    private static final int POST = 1_000;
    private static final int BLOCKS = 16;
    private static final int[] ROWS = {1, 4, 8, 16, 25, 64, 200, 1_024};
    private static final double[] DENSITIES = {.01, .02, .05, .1, .15, .2, .3, .5, .9};
    private static final List<String> CPUS = List.of("zen3", "zen4", "zen5", "sapphire-rapids", "lanes4");

    private long now;

    @BeforeEach
    void onlyVectorsHaveAChoice() {
        assumeTrue(SimdWidth.VECTOR);
    }

    /** What a product takes on the machine. */
    private interface Machine {
        double nanoseconds(SpikeMatmul.Variant variant);
    }

    private static Machine machine(SpikeCosts truth, int rows, int outputs, long active) {
        int blocks = Math.ceilDiv(outputs, PackedWeights.BLOCK);
        return variant -> blocks * truth.of(variant, rows, PRE, outputs, active);
    }

    /** Runs a stage on one thread, four blocks at a time; what it took. */
    private double run(TunedStage stage, int rows, int outputs, long active, Machine machine, double slowedDown) {
        int blocks = Math.ceilDiv(outputs, PackedWeights.BLOCK);
        long before = now;
        SpikeMatmul.open(stage, rows, PRE, outputs, active, blocks);
        stage.prepared(stage.now());
        for (int block = 0; block < blocks; block += 4) {
            int part = Math.min(4, blocks - block);
            if (stage.looks()) {
                double one = machine.nanoseconds(SpikeMatmul.variant(stage.look)) / blocks * slowedDown;
                long since = stage.now();
                long begin = since;
                pass(stage.rehearses ? 1_000 : one);
                if (stage.rehearses) {
                    stage.rehearsed(since, 1_000);
                } else {
                    if (stage.looksAgain(since)) {
                        since = stage.now();
                        pass(one);
                    }
                    stage.looked(0, stage.now() - since, stage.now() - begin);
                }
            }
            long start = stage.now();
            pass(machine.nanoseconds(SpikeMatmul.variant(stage.way)) * part / blocks * slowedDown);
            stage.done(start, part);
        }
        return now - before;
    }

    private void pass(double nanoseconds) {
        now += Math.round(nanoseconds);
    }

    private TunedStage stage(SpikeCosts start) {
        return new TunedStage(new Tuner(() -> now, () -> now, start), 1);
    }

    private double best(TunedStage stage, Machine machine) {
        double best = Double.POSITIVE_INFINITY;
        for (int way = 0; way < SpikeMatmul.Variant.values().length; way++) {
            if (stage.costs[way] < Double.POSITIVE_INFINITY) {
                best = Math.min(best, machine.nanoseconds(SpikeMatmul.variant(way)));
            }
        }
        return best;
    }

    /** Whatever CPU the constants are of, each point of the grid ends near its best variant, at little cost. */
    @ParameterizedTest
    @ValueSource(strings = {"zen3", "zen4", "zen5", "sapphire-rapids", "lanes4"})
    void endsNearTheBestFromTheConstantsOfAnyCpu(String name) {
        SpikeCosts truth = SpikeCosts.of(name);
        for (String other : CPUS) {
            for (int rows : ROWS) {
                for (double density : DENSITIES) {
                    TunedStage stage = stage(SpikeCosts.of(other));
                    long active = (long) (density * rows * PRE);
                    Machine machine = machine(truth, rows, POST, active);
                    double[] times = new double[400];
                    for (int call = 0; call < times.length; call++) {
                        times[call] = run(stage, rows, POST, active, machine, 1);
                    }
                    String point = other + " on " + name + ", " + rows + " rows, density " + density;
                    double chosen = machine.nanoseconds(serves(stage));
                    double best = best(stage, machine);
                    assertTrue(chosen <= 1.1 * best, point + ": " + chosen / best + " times the best");
                    double first = Arrays.stream(times).limit(50).sum();
                    double without = Math.max(times[0], chosen) * 50;
                    assertTrue(first <= 1.26 * without, point + ": learning took " + first / without);
                    double[] sorted = times.clone();
                    Arrays.sort(sorted);
                    double slowest = Arrays.stream(times).skip(25).max().orElseThrow();
                    assertTrue(slowest <= 2 * sorted[200], point + ": a stage took " + slowest / sorted[200]);
                }
            }
        }
    }

    /** What a part of a product does for itself counts once for all of its blocks, and never makes a block free. */
    @Test
    void countsListsOnceForAllBlocksOfAPart() {
        assertEquals(775, TunedStage.ofBlock(1_000, 300, 4));
        assertEquals(1_000, TunedStage.ofBlock(1_000, 300, 1));
        assertEquals(1_000, TunedStage.ofBlock(1_000, 0, 16));
        assertEquals(625, TunedStage.ofBlock(1_000, 4_000_000, 4), "something held it up");
    }

    /** A machine where narrow tables take a sixth of what wide ones take, which look a fifth faster. */
    private static double narrowIsFast(SpikeMatmul.Variant variant) {
        return switch (variant) {
            case NARROW -> 100_000;
            case LISTS -> 250_000;
            default -> 600_000;
        };
    }

    private void runHalf(TunedStage stage, int rows, int calls, Machine machine, double slowedDown) {
        for (int call = 0; call < calls; call++) {
            run(stage, rows, POST, rows * PRE / 2, machine, slowedDown);
        }
    }

    private static SpikeMatmul.Variant serves(TunedStage stage) {
        return SpikeMatmul.variant(stage.tuner.peek(stage)); // the last call may have tried another one
    }

    @Test
    void aBusyMachineDoesNotMislead() {
        Random random = new Random(1);
        SpikeCosts truth = SpikeCosts.of("zen5");
        TunedStage stage = stage(SpikeCosts.of("zen3"));
        int away = 0;
        for (int call = 0; call < 4_000; call++) {
            long active = 200 * PRE / 5;
            Machine exact = machine(truth, 200, POST, active);
            run(
                    stage,
                    200,
                    POST,
                    active,
                    variant -> exact.nanoseconds(variant)
                            * (0.8 + 0.4 * random.nextDouble())
                            * (random.nextInt(20) == 0 ? 20 : 1),
                    1);
            boolean near = exact.nanoseconds(serves(stage)) <= 1.15 * best(stage, exact);
            away += call >= 500 && !near ? 1 : 0;
        }
        assertTrue(away < 175, away + " of 3500 calls were far from the best");
    }

    /** What was learned while another program held up all that was tried. */
    @Test
    void aWrongChoiceIsCorrected() {
        TunedStage stage = stage(SpikeCosts.of("zen3"));
        runHalf(stage, 200, 100, v -> v == SpikeMatmul.Variant.WIDE ? 100_000 : 350_000, 1);
        assertEquals(SpikeMatmul.Variant.WIDE, serves(stage));
        runHalf(stage, 200, 4_000, TunerTest::narrowIsFast, 1);
        assertEquals(SpikeMatmul.Variant.NARROW, serves(stage));
    }

    /** Other programs slow down everything. */
    @Test
    void looksAgainWhenTimesDrift() {
        TunedStage stage = stage(SpikeCosts.of("zen3"));
        runHalf(stage, 200, 400, TunerTest::narrowIsFast, 1);
        assertEquals(SpikeMatmul.Variant.NARROW, serves(stage));
        runHalf(
                stage,
                200,
                600,
                v -> v == SpikeMatmul.Variant.NARROW ? 200_000 : v == SpikeMatmul.Variant.LISTS ? 140_000 : 600_000,
                1);
        assertEquals(SpikeMatmul.Variant.LISTS, serves(stage));
    }

    /** Rows and density that were never seen start from what is known of the machine. */
    @Test
    void anotherSizeStartsFromWhatIsKnown() {
        TunedStage stage = stage(SpikeCosts.of("zen3"));
        runHalf(stage, 200, 200, TunerTest::narrowIsFast, 1);
        runHalf(stage, 400, 1, TunerTest::narrowIsFast, 1);
        assertEquals(SpikeMatmul.Variant.NARROW, serves(stage));
    }

    /** What one density has shown of the only variant that it needs says nothing against others at another density. */
    @Test
    void anotherDensityMayChooseWhatWasNeverTried() {
        SpikeCosts costs = SpikeCosts.of("zen5");
        TunedStage stage = stage(costs);
        long few = 200 * PRE / 50;
        for (int call = 0; call < 100; call++) {
            run(stage, 200, POST, few, machine(costs, 200, POST, few), 1);
        }
        assertEquals(SpikeMatmul.Variant.ACTIVE, serves(stage));
        long many = 200 * PRE / 2;
        SpikeMatmul.describe(stage, 200, PRE, POST, many, BLOCKS);
        assertEquals(Start.choose(costs, 200, PRE, POST, many), serves(stage));
    }

    /** Code that C2 has not compiled takes a thousand times as long, on a small product, and serves none. */
    @Test
    void codeThatIsNotCompiledOnlyRehearses() {
        SpikeCosts costs = SpikeCosts.of("zen5");
        TunedStage stage = stage(costs);
        for (int call = 0; call < 200; call++) {
            SpikeMatmul.open(stage, 200, PRE, POST, 200 * PRE / 2, BLOCKS);
            stage.prepared(stage.now());
            if (stage.looks()) {
                assertTrue(stage.rehearses);
                long since = stage.now();
                pass(1_000_000);
                stage.rehearsed(since, 1_000);
            }
            assertEquals(TunedStage.NONE, stage.turn);
            long since = stage.now();
            pass(700_000);
            stage.done(since, BLOCKS);
        }
        assertTrue(now < 200 * 700_000 * 1.15, "rehearsals took " + (now / 700_000.0 / 200 - 1));
    }

    /** From its first second on, a hundredth. */
    @Test
    void learningCostsLittle() {
        TunedStage stage = stage(SpikeCosts.of("zen3"));
        runHalf(stage, 200, 10_000, TunerTest::narrowIsFast, 1);
        long before = now;
        runHalf(stage, 200, 10_000, TunerTest::narrowIsFast, 1);
        double share = (now - before) / (10_000 * 100_000.0) - 1;
        assertTrue(share > 0, "tries again now and then");
        assertTrue(share <= .0102, "learning takes " + share);
    }

    /** By its constants active inputs take 7 times as long as tables here. */
    @Test
    void neverTriesWhatIsHopeless() {
        TunedStage stage = stage(SpikeCosts.of("zen3"));
        for (int call = 0; call < 2_000; call++) {
            run(stage, 1_024, POST, 1_024 * PRE * 9 / 10, TunerTest::narrowIsFast, 1);
            assertTrue(stage.look == TunedStage.NONE || SpikeMatmul.variant(stage.look) != SpikeMatmul.Variant.ACTIVE);
        }
    }

    @Test
    void doesNotMeasureWhatTakesMicroseconds() {
        TunedStage stage = stage(SpikeCosts.of("zen5"));
        for (int call = 0; call < 200; call++) {
            run(stage, 2, 64, 16, machine(SpikeCosts.of("zen5"), 2, 64, 16), 1);
            assertTrue(stage.hasChoice());
            assertFalse(stage.measured);
        }
    }

    /** A stage may end when its class has made room for another. */
    @Test
    void aStageWhoseClassIsGoneTellsNoOther() {
        TunedStage late = stage(SpikeCosts.of("zen5"));
        SpikeMatmul.open(late, 200, PRE, POST, 200 * PRE / 2, BLOCKS);
        late.prepared(late.now());
        long since = late.now();
        TunedStage other = new TunedStage(late.tuner, 1);
        Machine machine = machine(SpikeCosts.of("zen5"), 200, POST, 200 * PRE / 2);
        for (int outputs = 1; outputs <= 8 * Tuner.CLASSES; outputs++) {
            run(other, 200, outputs, 200 * PRE / 2, machine, 1);
        }
        TunedClass inItsPlace = late.of;
        double scale = inItsPlace.scale;
        pass(1e9);
        late.done(since, BLOCKS);
        assertEquals(scale, inItsPlace.scale);
    }

    /** A product of one block is tried in whole, where it is not estimated to take much longer. */
    @Test
    void fewOutputsLearnToo() {
        TunedStage stage = stage(SpikeCosts.of("zen3"));
        SpikeCosts truth = SpikeCosts.of("zen5");
        long active = 200 * PRE / 5;
        for (int call = 0; call < 400; call++) {
            run(stage, 200, 64, active, machine(truth, 200, 64, active), 1);
        }
        Machine machine = machine(truth, 200, 64, active);
        assertTrue(
                machine.nanoseconds(serves(stage)) <= 1.1 * best(stage, machine),
                serves(stage).name());
    }
}
