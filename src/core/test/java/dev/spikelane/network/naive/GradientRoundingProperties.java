package dev.spikelane.network.naive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.FewerTries;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.graph.RandomGradientsProperties;
import dev.spikelane.network.graph.RandomGraph;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * The plain interpreter in float32, which the library equals bit for bit, differs from float64 only by rounding: at
 * most a number of roundings of the sum of all magnitudes.
 */
class GradientRoundingProperties extends KernelCase {

    /** Roundings of the sum of all magnitudes that an error may have. */
    static final double ROUNDINGS = 64 * 0x1p-24;

    @FewerTries(fullWidth = 4)
    @Property(tries = 12)
    void floatsAreDoublesToRounding(@UpTo(6) int batch, @UpTo(value = 12, from = 3) int steps, @ForAll long seed) {
        RandomGraph graph = new RandomGraph(arena, batch, steps, seed, true);
        NaiveNetwork forward = new NaiveNetwork(graph.network, graph.inputs, batch).training();
        forward.run(steps);
        Map<String, float[][]> given = RandomGradientsProperties.given(graph, new Random(seed));
        NaiveGradients[] all = new NaiveGradients[3];
        for (NaiveArithmetic arithmetic : NaiveArithmetic.values()) {
            NaiveGradients made = new NaiveGradients(arithmetic, graph.network, forward, batch, steps, given);
            made.run();
            all[arithmetic.ordinal()] = made;
        }
        for (Projection projection : graph.network.projections()) {
            for (int place = 0; place < projection.path().size(); place++) {
                Connection connection = projection.path().get(place);
                if (ConnectionKinds.of(connection).hasValues()) {
                    double[] single = all[0].weights(projection, place);
                    double[] exact = all[1].weights(projection, place);
                    double[] magnitude = all[2].weights(projection, place);
                    for (int i = 0; i < single.length; i++) {
                        close(exact[i], single[i], magnitude[i], projection + " " + i);
                    }
                }
            }
        }
        for (Population population : graph.network.populations()) {
            compare(population, batch, all, back -> back.ofThreshold);
            compare(population, batch, all, back -> back.ofLeak);
            compare(population, batch, all, back -> back.ofShare);
            compare(population, batch, all, back -> back.ofFactor);
            compare(population, batch, all, back -> back.ofOwn);
        }
    }

    private static void compare(
            Population population, int batch, NaiveGradients[] all, ToDoubleFunction<NaiveLifBack> sum) {
        for (int sample = 0; sample < batch; sample++) {
            for (int i = 0; i < population.size(); i++) {
                close(
                        sum.applyAsDouble(all[1].of(population, sample, i)),
                        sum.applyAsDouble(all[0].of(population, sample, i)),
                        sum.applyAsDouble(all[2].of(population, sample, i)),
                        population + " " + i);
            }
        }
    }

    private static void close(double exact, double single, double magnitude, String what) {
        if (Double.isFinite(single) && magnitude < Float.MAX_VALUE) {
            assertTrue(Math.abs(exact) <= magnitude * (1 + 1e-9), what);
            assertEquals(exact, single, ROUNDINGS * magnitude + Float.MIN_NORMAL, what);
        }
    }
}
