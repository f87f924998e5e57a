package dev.spikelane.choose;

import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.OwnJvm;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.IntegerStart;
import dev.spikelane.kernel.product.spike.SpikeCosts;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.Start;
import dev.spikelane.memory.ElementType;
import dev.spikelane.simd.Cpu;
import dev.spikelane.simd.SimdWidth;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
final class CostConstantsTest {

    @ParameterizedTest
    @CsvSource({
        "25, 1, 256, zen3",
        "25, 17, 512, zen4",
        "25, 17, 256, lanes8",
        "26, 2, 512, zen5",
        "6, 207, 512, sapphire-rapids",
        "6, 143, 512, sapphire-rapids",
        "6, 85, 512, lanes16",
        "6, 207, 256, lanes8",
        "0, 0, 128, lanes4",
        "0, 0, 0, lanes4"
    })
    void knowsTheCpu(int family, int model, int bits, String name) {
        assertEquals(name, CostConstants.shipped(family, model, bits));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zen3", "zen4", "zen5", "sapphire-rapids", "lanes4", "lanes8", "lanes16"})
    void readsWhatItWrites(String name) {
        CostConstants shipped = CostConstants.of(name);
        assertEquals(name, shipped.name());
        assertEquals(shipped.text(), CostConstants.of(shipped.text()).text());
    }

    /**
     * For the layer 784 -> 1000, tables are faster from these rows on at density 0.5 on Zen 5: 25 rows took 85 us with
     * both for int8, and for int16 157 us, with tables 197.
     */
    @ParameterizedTest
    @CsvSource({
        "zen3, INT8, 19, ACTIVE",
        "zen3, INT8, 25, TABLES",
        "zen3, INT16, 60, ACTIVE",
        "zen3, INT16, 80, TABLES",
        "zen5, INT8, 25, ACTIVE",
        "zen5, INT8, 40, TABLES",
        "zen5, INT8, 64, TABLES",
        "zen5, INT8, 257, TABLES",
        "zen5, INT16, 40, ACTIVE",
        "zen5, INT16, 64, TABLES"
    })
    void choosesForIntegers(String name, ElementType type, int rows, IntegerMatmul.Variant expected) {
        assumeTrue(SimdWidth.VECTOR, "there is a choice");
        assertEquals(expected, Start.choose(CostConstants.of(name), type, rows, 784, rows * 392L));
    }

    /**
     * Microseconds of 200 rows on Zen 5 with tables, lists and active inputs: with few outputs, preparing spikes
     * matters.
     */
    @ParameterizedTest
    @CsvSource({
        "ACTIVE, 1000, 10, 0.05, 22.0",
        "ACTIVE, 1000, 10, 0.3, 174.8",
        "NARROW, 1000, 10, 0.2, 36.9",
        "LISTS, 1000, 10, 0.05, 51.1",
        "LISTS, 1000, 10, 0.2, 93.5",
        "DENSE, 1000, 10, 0.5, 140",
        "ACTIVE, 784, 64, 0.1, 40.7",
        "WIDE, 784, 64, 0.5, 60.5",
        "NARROW, 784, 64, 0.5, 55.4",
        "LISTS, 784, 64, 0.1, 74.7",
        "DENSE, 784, 64, 0.5, 165.4",
        "ACTIVE, 784, 1000, 0.1, 380",
        "WIDE, 784, 1000, 0.5, 730",
        "NARROW, 784, 1000, 0.5, 770"
    })
    void estimatesFewOutputsToo(SpikeMatmul.Variant variant, int inputs, int outputs, double density, double measured) {
        if (SimdWidth.bits() == SimdWidth.WIDEST) {
            long active = (long) (density * 200 * inputs);
            double estimated = SpikeCosts.of(CostConstants.of("zen5"), variant, 200, inputs, outputs, active)
                    * Math.ceilDiv(outputs, PackedWeights.BLOCK)
                    / 1e3;
            assertEquals(measured, estimated, 0.31 * measured);
        }
    }

    @Test
    void replacesSomeConstants() {
        CostConstants here = CostConstants.of("auto");
        CostConstants costs = CostConstants.of("wide=1/2/3,lists=never/0/0.5,dense=0.5,int16=1/2/3/0.5");
        assertEquals(0.5, costs.get(CostConstants.Name.LISTS)[2]);
        assertEquals(Double.POSITIVE_INFINITY, SpikeCosts.of(costs, SpikeMatmul.Variant.LISTS, 100, 784, 1_000, 7_840));
        assertEquals(4 * 0.5 * 100, SpikeCosts.of(costs, SpikeMatmul.Variant.DENSE, 100, 16, 1_024, 8));
        assertEquals(4 * (34 + 2 * 100), SpikeCosts.of(costs, SpikeMatmul.Variant.WIDE, 100, 16, 1_024, 8));
        assertEquals(3 + 0.5 * 100, IntegerStart.cost(IntegerMatmul.Variant.TABLES, costs, 100, 32, 8));
        assertEquals(1 * 100 + 2 * 8, IntegerStart.cost(IntegerMatmul.Variant.ACTIVE, costs, 100, 32, 8));
        assertEquals(
                SpikeCosts.of(here, SpikeMatmul.Variant.ACTIVE, 100, 784, 1_000, 7_840),
                SpikeCosts.of(costs, SpikeMatmul.Variant.ACTIVE, 100, 784, 1_000, 7_840),
                "as shipped");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zen6",
                "wide",
                "wide=1",
                "wide=1/2/x",
                "wide=-1/2/3",
                "lists=1/2/3/4",
                "dense",
                "dense=-1",
                "dense=1/2",
                "int8=1/2/3",
                "int16=1/2/3/-4",
                "int32=1/2/3/4",
                "wide=1/2/3,"
            })
    void refusesWhatIsNoConstant(String asked) {
        assertStart("spikelane.costs is '" + asked + "', expected auto, learn, zen3,", () -> CostConstants.of(asked));
    }

    /** A simulation fails twice with this error in a new JVM, not with a class that cannot be initialized. */
    @Test
    void aPropertyThatCannotBeReadIsOneClearError() throws IOException, InterruptedException {
        String declared = OwnJvm.run(UnreadableCostsMain.class);
        List<String> lines =
                declared.lines().filter(line -> line.contains("costs is")).toList();
        assertEquals(2, lines.size(), declared);
        assertTrue(
                lines.getLast().startsWith("spikelane.costs is 'zen6', expected auto, learn, zen3, zen4, "), declared);
    }

    @Test
    void tellsWhetherTheyAreFixed() {
        CostConstants before = CostConstants.inUse();
        boolean asked = CostConstants.isFixed();
        try {
            boolean isFree = List.of("auto", "learn").contains(System.getProperty(CostConstants.PROPERTY, "auto"));
            assertEquals(isFree, CostConstants.fix(CostConstants.of("zen5")));
            assertTrue(CostConstants.isFixed());
        } finally {
            CostConstants.fix(before);
        }
        assertEquals(asked, CostConstants.isFixed());
    }

    /** Constants of this CPU decide; constants of another CPU are the start of learning. */
    @Test
    void onlyGuessesLearn() {
        assumeTrue(System.getProperty(CostConstants.PROPERTY) == null, "constants are asked for");
        assertEquals(CostConstants.isMeasured(Cpu.family(), Cpu.model(), SimdWidth.bits()), CostConstants.isFixed());
        assertEquals(CostConstants.of("auto").text(), CostConstants.of("learn").text());
    }

    /** A tile has about the expected active inputs, and at least one row. */
    @Test
    void cutsTilesBySpikes() {
        CostConstants costs = CostConstants.of("zen3");
        assertEquals(200, SpikeCosts.rowsForeseen(costs, 1_000, 100_000));
        assertEquals(1, SpikeCosts.rowsForeseen(costs, 2, 1_000_000));
        assertEquals(256, SpikeCosts.rowsForeseen(costs, 5, 0), "currents stay in the L2 cache");
    }
}
