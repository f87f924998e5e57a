package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Texts at random: all that computes them gives the bits of the interpreter. */
@EveryWidth
@FewerTries
final class LoopProperties {

    @Property(tries = 300)
    void loweredNodesHaveTheBitsOfThoseAsWritten(@ForAll long seed) {
        EquationCase neurons = neurons(seed);
        List<Integer> expected = neurons.run(new Graph(), 1, Interpreter::new);
        assertEquals(expected, neurons.run(new Lowering(), 1, Interpreter::new), "lowered");
        assertEquals(expected, neurons.run(new Lowering(), 2, Interpreter::new), "two steps at once");
        assertEquals(expected, neurons.run(new Graph(), 4, Interpreter::new), "four steps at once");
    }

    private static EquationCase neurons(long seed) {
        Random random = new Random(seed);
        String text = RandomEquations.any(random);
        int neurons = 1 + random.nextInt(150);
        return new EquationCase(EquationParser.parse(text), neurons, 1 + random.nextInt(2), random.nextBoolean(), seed);
    }
}
