package dev.spikelane.choose;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.Alone;
import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeCosts;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.Start;
import dev.spikelane.simd.SimdWidth;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning on a simulated machine, with a clock that only stages advance. */
@Alone
@EveryWidth
final class ChooserTest {

    private static final int PRE = 784;
    private static final int POST = 1_000;
    private static final int[] ROWS = {1, 4, 8, 16, 25, 64, 200, 1_024};
    private static final double[] DENSITIES = {.01, .02, .05, .1, .15, .2, .3, .5, .9};
    private static final List<String> CPUS = List.of("zen3", "zen4", "zen5", "sapphire-rapids", "lanes4");

    private long now;
    private int rehearsals;

    @BeforeEach
    void warmUp() {
        assumeTrue(SimdWidth.VECTOR, "there is a choice");
        Chooser.setLearning(true, true);
    }

    @AfterEach
    void serve() {
        Chooser.setLearning(false, false);
    }

    /** Times of products on the machine. */
    private interface Machine {
        double nanoseconds(SpikeMatmul.Variant variant);
    }

    private static Machine machine(CostConstants truth, int rows, int outputs, long active) {
        int blocks = Math.ceilDiv(outputs, PackedWeights.BLOCK);
        return variant -> blocks * SpikeCosts.of(truth, variant, rows, PRE, outputs, active);
    }

    /** Runs a stage on one thread, four blocks at a time; returns the variant. */
    private SpikeMatmul.Variant run(StageChoice choice, int rows, int outputs, long active, Machine machine) {
        int blocks = Math.ceilDiv(outputs, PackedWeights.BLOCK);
        Start.open(choice, rows, PRE, outputs, active, blocks);
        if (choice.rehearses()) {
            assertFalse(choice.rehearses(), "one thread does");
            rehearsals++;
            choice.rehearsed(System.nanoTime());
        }
        choice.prepared(choice.now());
        SpikeMatmul.Variant serves = SpikeMatmul.Variant.values()[choice.way];
        for (int block = 0; block < blocks; block += 4) {
            int part = Math.min(4, blocks - block);
            long start = choice.now();
            now += Math.round(machine.nanoseconds(serves) * part / blocks);
            choice.done(start, part);
        }
        return serves;
    }

    private StageChoice choice(String start) {
        return new StageChoice(new Chooser(() -> now, CostConstants.of(start)), 1);
    }

    private static double best(StageChoice choice, Machine machine) {
        double best = Double.POSITIVE_INFINITY;
        for (int way = 0; way < SpikeMatmul.Variant.values().length; way++) {
            if (choice.costs[way] < Double.POSITIVE_INFINITY) {
                best = Math.min(best, machine.nanoseconds(SpikeMatmul.Variant.values()[way]));
            }
        }
        return best;
    }

    private static SpikeMatmul.Variant serves(StageChoice choice) {
        return SpikeMatmul.Variant.values()[choice.peek()]; // the last call may have been a trial
    }

    /** With constants of any CPU, each point of the grid ends near its best variant after few stages. */
    @ParameterizedTest
    @ValueSource(strings = {"zen3", "zen4", "zen5", "sapphire-rapids", "lanes4"})
    void endsNearTheBestFromTheConstantsOfAnyCpu(String name) {
        for (String other : CPUS) {
            for (int rows : ROWS) {
                for (double density : DENSITIES) {
                    StageChoice choice = choice(other);
                    long active = (long) (density * rows * PRE);
                    Machine machine = machine(CostConstants.of(name), rows, POST, active);
                    int stages = 0;
                    for (long before = -1; Chooser.unsettled() != before; stages++) {
                        before = Chooser.unsettled();
                        run(choice, rows, POST, active, machine);
                    }
                    String point = other + " on " + name + ", " + rows + " rows, density " + density;
                    double chosen = machine.nanoseconds(serves(choice));
                    assertTrue(chosen <= 1.01 * best(choice, machine), point + ": " + serves(choice));
                    assertTrue(stages < 100, point + ": " + stages + " stages");
                }
            }
        }
    }

    /** Narrow tables take a sixth of the time of wide ones, which the constants rate a fifth faster. */
    private static double narrowIsFast(SpikeMatmul.Variant variant) {
        return switch (variant) {
            case NARROW -> 100_000;
            case LISTS -> 250_000;
            default -> 600_000;
        };
    }

    private void runHalf(StageChoice choice, int rows, int calls, Machine machine) {
        for (int call = 0; call < calls; call++) {
            run(choice, rows, POST, rows * PRE / 2, machine);
        }
    }

    @Test
    void aCallThatSomebodyWaitsForTriesAndMeasuresNothing() {
        StageChoice choice = choice("zen3");
        runHalf(choice, 200, 20, ChooserTest::narrowIsFast);
        Chooser.setLearning(true, false);
        SpikeMatmul.Variant serves = serves(choice);
        int before = rehearsals;
        long unsettled = Chooser.unsettled();
        for (int call = 0; call < 5_000; call++) {
            assertEquals(serves, run(choice, 200, POST, 200 * PRE / 2, ChooserTest::narrowIsFast));
            assertEquals(StageChoice.NONE, choice.turn);
        }
        assertEquals(before, rehearsals);
        assertEquals(unsettled, Chooser.unsettled());
    }

    @Test
    void aBusyMachineDoesNotMislead() {
        Random random = new Random(1);
        StageChoice choice = choice("zen3");
        long active = 200 * PRE / 5;
        Machine exact = machine(CostConstants.of("zen5"), 200, POST, active);
        int away = 0;
        for (int call = 0; call < 4_000; call++) {
            run(
                    choice,
                    200,
                    POST,
                    active,
                    variant -> exact.nanoseconds(variant)
                            * (0.8 + 0.4 * random.nextDouble())
                            * (random.nextInt(20) == 0 ? 20 : 1));
            away += exact.nanoseconds(serves(choice)) > 1.15 * best(choice, exact) ? 1 : 0;
        }
        assertTrue(away < 400, away + " of 4000 calls were far from the best");
    }

    /** Another program delayed all trials while the chooser learned. */
    @Test
    void aWrongChoiceIsCorrected() {
        StageChoice choice = choice("zen3");
        runHalf(choice, 200, 100, v -> v == SpikeMatmul.Variant.WIDE ? 100_000 : 350_000);
        assertEquals(SpikeMatmul.Variant.WIDE, serves(choice));
        runHalf(choice, 200, 4_000, ChooserTest::narrowIsFast);
        assertEquals(SpikeMatmul.Variant.NARROW, serves(choice));
    }

    /** New rows and densities start from what was learned. */
    @Test
    void anotherSizeStartsFromWhatIsKnown() {
        StageChoice choice = choice("zen3");
        runHalf(choice, 200, 200, ChooserTest::narrowIsFast);
        Chooser.setLearning(false, false);
        runHalf(choice, 400, 1, ChooserTest::narrowIsFast);
        assertEquals(SpikeMatmul.Variant.NARROW, serves(choice));
    }

    /** By its constants, active inputs take 7 times as long as tables here. */
    @Test
    void neverTriesWhatIsHopeless() {
        StageChoice choice = choice("zen3");
        for (int call = 0; call < 500; call++) {
            assertTrue(run(choice, 1_024, POST, 1_024 * PRE * 9 / 10, ChooserTest::narrowIsFast)
                    != SpikeMatmul.Variant.ACTIVE);
        }
    }

    private void open(StageChoice choice, double ofPlanes) {
        choice.of(Chooser.Kind.INT4, 64, PRE, POST, 64 * PRE / 4);
        choice.costs[1] = 12_000;
        choice.costs[2] = ofPlanes;
        choice.open(1);
        if (choice.rehearses()) {
            choice.rehearsed(System.nanoTime());
        }
        long start = choice.now();
        now += choice.way == 1 ? 12_000 : 10_000;
        choice.done(start, 1);
    }

    /** Trained weights have no planes, but share a class with weights that have. */
    @Test
    void neverTakesAWayOnTrialThatCannotServe() {
        StageChoice planes = choice("zen3");
        StageChoice none = new StageChoice(planes.chooser, 1);
        for (int trial = 0; trial < 20; trial++) {
            do {
                open(planes, 10_000);
            } while (planes.turn == StageChoice.NONE);
            open(none, Double.POSITIVE_INFINITY);
            assertEquals(1, none.way, "trial " + trial);
        }
    }

    /** A stage may end after its class was evicted. */
    @Test
    void aStageWhoseClassIsGoneTellsNoOther() {
        StageChoice late = choice("zen5");
        runHalf(late, 200, 100, ChooserTest::narrowIsFast);
        do {
            Start.open(late, 200, PRE, POST, 200 * PRE / 2, 16);
        } while (late.turn < Chooser.BEFORE + Chooser.TRIED - 1);
        StageChoice other = new StageChoice(late.chooser, 1);
        Machine machine = machine(CostConstants.of("zen5"), 200, POST, 200 * PRE / 2);
        for (int outputs = 1; outputs <= 8 * Chooser.CLASSES; outputs++) {
            run(other, 200, outputs, 200 * PRE / 2, machine);
        }
        assertNotEquals(late.key, late.stageClass.key);
        int[] trials = late.stageClass.trials.clone();
        long start = late.now();
        now += 1_000_000_000;
        late.done(start, 16);
        assertArrayEquals(trials, late.stageClass.trials);
    }

    /** Returns how many stages threads share, if stages take this time alone. */
    private int shared(StageChoice choice, int stages, double alone, double takesAlone, double takesShared) {
        int shared = 0;
        for (int stage = 0; stage < stages; stage++) {
            boolean shares = choice.shares(alone);
            now += Math.round(shares ? takesShared : takesAlone);
            choice.met();
            shared += shares ? 1 : 0;
        }
        return shared;
    }

    @Test
    void shortStagesLearnWhetherThreadsShareThem() {
        Chooser chooser = new Chooser(() -> now, null);
        Chooser.setLearning(false, false);
        assertEquals(60, shared(new StageChoice(chooser, 2, 1), 60, 20_000, 20_000, 60_000), "by its estimate");
        assertEquals(0, shared(new StageChoice(chooser, 2, 1), 60, 4_000, 4_000, 1_000), "by its estimate");
        Chooser.setLearning(true, false);
        shared(new StageChoice(chooser, 2, 1), 60, 20_000, 20_000, 60_000);
        long unsettled = Chooser.unsettled();
        assertEquals(0, shared(new StageChoice(chooser, 2, 1), 1, 20_000, 20_000, 60_000));
        assertEquals(unsettled, Chooser.unsettled());
        Chooser.setLearning(false, false);
        assertEquals(0, shared(new StageChoice(chooser, 2, 1), 60, 20_000, 20_000, 60_000), "in any later simulation");
        assertEquals(60, shared(new StageChoice(chooser, 3, 1), 60, 20_000, 20_000, 60_000), "on three threads");
        assertEquals(60, shared(new StageChoice(chooser, 2, 2), 60, 20_000, 20_000, 60_000), "another stage");
        assertEquals(60, shared(new StageChoice(chooser, 2, 1), 60, 200_000, 20_000, 60_000), "a long one");
        assertEquals(0, shared(new StageChoice(chooser, 1, 1), 60, 200_000, 20_000, 60_000), "on one thread");
    }
}
