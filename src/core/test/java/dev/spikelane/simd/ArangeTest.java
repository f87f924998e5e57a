package dev.spikelane.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EveryWidth
final class ArangeTest {

    /** Terms of torch 2.6.0, {@code torch.arange(start, end, step)}, most of which differ after a single rounding. */
    @ParameterizedTest
    @CsvSource({
        "0.3, 0.1, 100, 6, 0.90000004",
        "0.3, 0.1, 100, 10, 1.3000001",
        "0.3, 0.1, 100, 15, 1.8000001",
        "0.3, 0.1, 100, 28, 3.1000001",
        "0.3, 0.1, 100, 96, 9.9",
        "0.3, 0.1, 100, 99, 10.2",
        "2, 1.4285714285714286, 139, 9, 14.857143",
        "2, 1.4285714285714286, 139, 19, 29.142859",
        "2, 1.4285714285714286, 139, 138, 199.14285",
        "-1.7, 0.013, 34, 6, -1.6220001",
        "-1.7, 0.013, 34, 11, -1.5569999",
        "-1.7, 0.013, 34, 33, -1.271"
    })
    void termsAreThoseOfTorch(double start, double step, int count, int index, float expected) {
        assertEquals(expected, Arange.term(start, step, index, count));
    }

    /** One rounding each, from both ends. */
    @ParameterizedTest
    @CsvSource({"0, 256", "1, 256", "100, 256", "127, 256", "128, 256", "254, 256", "255, 256", "2, 5", "0, 2", "1, 2"})
    void numbersAreCountedFromBothEnds(int index, int count) {
        float step = (1.2f - -1) / (count - 1);
        double exact = index < count / 2 ? -1 + (double) step * index : 1.2f - (double) step * (count - 1 - index);
        assertEquals((float) exact, Arange.between(-1, 1.2f, index, count));
    }
}
