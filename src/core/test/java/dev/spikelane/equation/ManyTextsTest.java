package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Tries;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.LoopCompiler;
import dev.spikelane.loop.Lowering;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A long-lived program reads many texts: their loops are correct and are collected. */
@EveryWidth
final class ManyTextsTest {

    private static final int MANY = Tries.ALL ? 10_000 : 60;
    private static final int FEW = Tries.ALL ? 100 : 20;
    private static final long MOST_BYTES = 4 << 20;

    @Test
    void loopsOfManyTextsAreRightAndForgotten() {
        long afterFew = 0;
        for (int seed = 0; seed < MANY; seed++) {
            if (seed == FEW) {
                afterFew = metaspace();
            }
            Random random = new Random(seed);
            Equations read = EquationParser.parse(RandomEquations.any(random));
            EquationCase neurons =
                    new EquationCase(read, 1 + random.nextInt(150), 1 + random.nextInt(2), random.nextBoolean(), seed);
            List<Integer> expected = neurons.run(new Graph(), 1, Interpreter::new);
            int steps = 1 << random.nextInt(3);
            for (LoopCompiler.Form form : List.of(LoopCompiler.Form.SCALAR, LoopCompiler.Form.of("vector"))) {
                List<Integer> found = neurons.run(
                        new Lowering(),
                        steps,
                        (program, shared) -> LoopCompiler.compile(MethodHandles.lookup(), _ -> program, shared, form)
                                .loop());
                assertEquals(expected, found, form + ", seed " + seed);
            }
        }
        long grown = metaspace() - afterFew;
        System.out.println("metaspace grew by " + grown + " bytes from " + FEW + " texts to " + MANY);
        assertTrue(grown < MOST_BYTES, "metaspace grew by " + grown + " bytes");
    }

    /** Returns the bytes of classes after collections. */
    private static long metaspace() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            long now = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getName().equals("Metaspace"))
                    .map(MemoryPoolMXBean::getUsage)
                    .mapToLong(usage -> usage.getUsed())
                    .sum();
            least = Math.min(least, now);
        }
        return least;
    }
}
