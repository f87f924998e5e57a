package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.Loop;
import dev.spikelane.loop.LoopCompiler;
import dev.spikelane.loop.Lowering;
import dev.spikelane.loop.Program;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Everything that computes random texts has the bits of the interpreter. */
@EveryWidth
@FewerTries(fullWidth = 2)
final class LoopProperties {

    @Property(tries = 300)
    void loweredNodesHaveTheBitsOfThoseAsWritten(@ForAll long seed) {
        EquationCase neurons = neurons(seed);
        List<Integer> expected = neurons.run(new Graph(), 1, Interpreter::new);
        assertEquals(expected, neurons.run(new Lowering(), 1, Interpreter::new), "lowered");
        assertEquals(expected, neurons.run(new Lowering(), 2, Interpreter::new), "two steps at once");
        assertEquals(expected, neurons.run(new Graph(), 4, Interpreter::new), "four steps at once");
    }

    @Property(tries = 300)
    void generatedLoopsHaveTheBitsOfTheInterpreter(@ForAll long seed) {
        EquationCase neurons = neurons(seed);
        List<Integer> expected = neurons.run(new Graph(), 1, Interpreter::new);
        int steps = 1 << new Random(seed).nextInt(3);
        for (LoopCompiler.Form form : List.of(LoopCompiler.Form.SCALAR, LoopCompiler.Form.of("vector"))) {
            List<Integer> found =
                    neurons.run(new Lowering(), steps, (program, shared) -> compile(program, shared, form));
            assertEquals(expected, found, () -> form + ", " + steps + " steps at once");
        }
    }

    @Property(tries = 100)
    void generatedWaysBackHaveTheBitsOfTheInterpreter(@ForAll long seed) {
        EquationCase neurons = neurons(seed);
        List<Integer> expected = neurons.back(Graph::new, Interpreter::new);
        for (LoopCompiler.Form form : List.of(LoopCompiler.Form.SCALAR, LoopCompiler.Form.of("vector"))) {
            List<Integer> found = neurons.back(Lowering::new, (program, shared) -> compile(program, shared, form));
            assertEquals(expected, found, form::toString);
        }
    }

    /** Each part compares conditions again, so a part may have more operations than the limit. */
    @Example
    void partsAreNotCutAgain() {
        String text = """
                neuron Held
                param p = 0.4, q = -1.25, dt = 0.5
                state v = 0.25, w = p
                input current
                let half = p / 2 - exp(q)
                refractory 2 holds v
                v = 0.75 > 0.1 or p / -0.75 >= 0 ? tanh(max(1e-3 < 1 ? q : 1, 0)) : current
                dw/dt = (p * current - w) / 2 : exact
                spike v > 0.3
                reset w = w + p
                """;
        EquationCase neurons = new EquationCase(EquationParser.parse(text), 70, 2, false, 1);
        List<Integer> expected = neurons.run(new Graph(), 1, Interpreter::new);
        for (LoopCompiler.Form form : List.of(LoopCompiler.Form.SCALAR, LoopCompiler.Form.of("vector"))) {
            assertEquals(
                    expected,
                    neurons.run(new Lowering(), 4, (program, shared) -> compile(program, shared, form)),
                    form::toString);
        }
    }

    private static Loop compile(Program program, Set<String> shared, LoopCompiler.Form form) {
        Loop loop = LoopCompiler.compile(MethodHandles.lookup(), _ -> program, shared, form)
                .loop();
        assertTrue(loop.getClass().isHidden(), loop::toString);
        return loop;
    }

    private static EquationCase neurons(long seed) {
        Random random = new Random(seed);
        String text = RandomEquations.any(random);
        int neurons = 1 + random.nextInt(150);
        return new EquationCase(EquationParser.parse(text), neurons, 1 + random.nextInt(2), random.nextBoolean(), seed);
    }
}
