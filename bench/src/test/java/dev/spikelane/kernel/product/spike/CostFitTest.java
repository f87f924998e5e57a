package dev.spikelane.kernel.product.spike;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.choose.CostConstants;
import dev.spikelane.simd.SimdWidth;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Constants fitted to known times with errors of up to 5 percent. */
final class CostFitTest {

    @ParameterizedTest
    @ValueSource(strings = {"zen4", "zen5", "sapphire-rapids"})
    void fitsConstantsThatChooseWell(String name) {
        CostConstants truth = CostConstants.of(name);
        Random random = new Random(1);
        List<CostFit.Point> points = new ArrayList<>();
        for (int rows : new int[] {2, 8, 25, 64, 200, 1_024}) {
            for (double density : new double[] {.01, .05, .1, .2, .5, .9}) {
                long active = (long) (rows * 784 * density);
                CostFit.Point point = new CostFit.Point(rows, active);
                for (SpikeMatmul.Variant variant : SpikeMatmul.Variant.values()) {
                    boolean runs = variant != SpikeMatmul.Variant.SCALAR && (SimdWidth.VECTOR || rows < 1_000);
                    double error = 0.95 + random.nextDouble() / 10;
                    point.times[variant.way] = runs ? 16 * error * SpikeCosts.of(truth, variant, rows, 784, 1_000, active) : 0;
                }
                points.add(point);
            }
        }
        CostFit.Fitted fitted = CostFit.fit(truth, points);
        assertTrue(fitted.worst() < 1.1, name + ": " + fitted.worst());
        assertEquals(fitted.costs().text(), CostConstants.of(fitted.costs().text()).text(), "as the option takes it");
        for (SpikeMatmul.Variant variant : SpikeMatmul.Variant.values()) {
            double expected = SpikeCosts.of(truth, variant, 200, 784, 1_000, 15_680);
            double found = SpikeCosts.of(fitted.costs(), variant, 200, 784, 1_000, 15_680);
            assertEquals(expected, found, 0.1 * expected, name + ", " + variant);
        }
    }
}
