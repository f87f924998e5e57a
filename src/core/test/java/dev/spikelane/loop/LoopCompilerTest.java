package dev.spikelane.loop;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Compilers;
import dev.spikelane.EveryWidth;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.equation.EquationCase;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.RandomEquations;
import dev.spikelane.simd.SimdWidth;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@EveryWidth
final class LoopCompilerTest {

    /** HotSpot compiles no method of more than 8,000 bytes ({@code HugeMethodLimit}). */
    private static final int MOST_BYTES = 7_000;

    private static final LoopCompiler.Form BEST = LoopCompiler.Form.of("auto");

    static final String HODGKIN_HUXLEY = """
            neuron HodgkinHuxley
            param gna = 120, gk = 36, gl = 0.3, ena = 50, ek = -77, el = -54.4, dt = 0.01
            state v = -65, m = 0.05, h = 0.6, n = 0.32
            input current
            before = v
            am = 0.1 * (v + 40) / (1 - exp(-(v + 40) / 10))
            bm = 4 * exp(-(v + 65) / 18)
            ah = 0.07 * exp(-(v + 65) / 20)
            bh = 1 / (1 + exp(-(v + 35) / 10))
            an = 0.01 * (v + 55) / (1 - exp(-(v + 55) / 10))
            bn = 0.125 * exp(-(v + 65) / 80)
            dv/dt = current - gna * m^3 * h * (v - ena) - gk * n^4 * (v - ek) - gl * (v - el) : euler
            dm/dt = am * (1 - m) - bm * m : euler
            dh/dt = ah * (1 - h) - bh * h : euler
            dn/dt = an * (1 - n) - bn * n : euler
            spike before <= 0 and v > 0
            """;

    private static CompiledProgram compile(String text, LoopCompiler.Form form) {
        Equations read = EquationParser.parse(text);
        return LoopCompiler.compile(
                MethodHandles.lookup(), graph -> read.forward(1, List.of(), graph), Set.of("p"), form);
    }

    private static String text(double number) {
        return "param p = 1\nstate v\ninput i\nv = v * " + number + " + i\nspike v > p";
    }

    @Test
    void equalTextsShareAClassWhichIsForgottenWithThem() {
        Loop loop = compile(text(0.5), BEST).loop();
        assertSame(loop, compile(text(0.5), BEST).loop());
        assertSame(
                loop, compile("# another\n" + text(0.5).replace("v", "v"), BEST).loop());
        assertNotSame(loop, compile(text(0.25), BEST).loop());
        assertNotSame(loop, compile(text(0.5), LoopCompiler.Form.INTERPRETER).loop());
        WeakReference<Class<?>> forgotten =
                new WeakReference<>(compile(text(0.125), BEST).loop().getClass());
        for (int i = 0; i < 50 && forgotten.get() != null; i++) {
            System.gc();
        }
        assertTrue(forgotten.refersTo(null), "the class is unloaded");
        assertSame(loop, compile(text(0.5), BEST).loop());
    }

    @Test
    void theInterpreterServesWhereNoClassCanBeDefined() {
        Equations read = EquationParser.parse(text(0.75));
        CompiledProgram made = LoopCompiler.compile(
                MethodHandles.publicLookup().in(LoopCompilerTest.class),
                graph -> read.forward(1, List.of(), graph),
                Set.of(),
                BEST);
        assertInstanceOf(Interpreter.class, made.loop());
    }

    @Test
    void formsAreNamed() {
        assertEquals(LoopCompiler.Form.INTERPRETER, LoopCompiler.Form.of("Interpreter"));
        assertEquals(LoopCompiler.Form.SCALAR, LoopCompiler.Form.of("scalar"));
        assertInvalid(
                "spikelane.equations is 'fast', expected auto, vector, scalar or interpreter",
                () -> LoopCompiler.Form.of("fast"));
    }

    /**
     * One short takes one store and one range check in a row, two bytes take two; long loops cannot inline the short.
     */
    @Test
    void shortLoopsStoreTheSpikesOf16NeuronsTogether() {
        boolean halfBytes = SimdWidth.bits() < 256;
        String leaky = """
                param threshold = 1, beta = 0.9
                state v
                input i
                r = v > threshold
                v = beta * v + i - r * threshold
                spike v > threshold
                """;
        assertEquals(halfBytes || SimdWidth.bits() == 512, callsStore(leaky, 2));
        assertEquals(halfBytes, callsStore(HODGKIN_HUXLEY, 1));
    }

    private static boolean callsStore(String text, int steps) {
        Program program = EquationParser.parse(text).forward(steps, List.of(), new Lowering());
        byte[] bytes = LoopWriter.write(program, Set.of(), ClassDesc.of("a.B"), VectorWriter::new);
        for (PoolEntry entry : ClassFile.of().parse(bytes).constantPool()) {
            if (entry instanceof MethodRefEntry method && method.name().equalsString("store")) {
                return true;
            }
        }
        return false;
    }

    /** Neurons with many variables, inputs and parameters, and long expressions. */
    @Test
    void methodsAreShortEnoughToBeCompiled() {
        String many = IntStream.range(0, 32).mapToObj(i -> "v" + i).collect(Collectors.joining(", "));
        String sums = IntStream.range(0, 32)
                .mapToObj(i -> "v" + i + " = v" + i + " * p" + i + " + v" + (i + 7) % 32 + " * exp(v0)\n")
                .collect(Collectors.joining());
        String parameters =
                IntStream.range(0, 40).mapToObj(i -> "p" + i + " = 1").collect(Collectors.joining(", "));
        String large = "param " + parameters + "\nstate " + many + "\ninput i\n" + sums + "v0 = v0 + i\nspike v0 > 1";
        for (String text : List.of(HODGKIN_HUXLEY, large)) {
            for (int steps = 1; steps <= 2; steps++) {
                Program program = EquationParser.parse(text).forward(steps, List.of(), new Lowering());
                for (LoopWriter.Maker maker : List.<LoopWriter.Maker>of(VectorWriter::new, ScalarWriter::new)) {
                    byte[] bytes = LoopWriter.write(program, Set.of(), ClassDesc.of("a.B"), maker);
                    for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
                        int length = method.findAttribute(Attributes.code())
                                .orElseThrow()
                                .codeLength();
                        assertTrue(length < MOST_BYTES, method.methodName() + " has " + length + " bytes");
                    }
                }
            }
        }
    }

    /** Loops compiled by C2 have the same bits. The test waits for C2 to compile seven large methods. */
    @Users
    @Test
    void warmLoopsHaveTheBitsOfTheInterpreter() {
        for (int seed = 0; seed < (Tries.ALL ? 100 : 1); seed++) {
            Equations read = EquationParser.parse(seed == 0 ? HODGKIN_HUXLEY : RandomEquations.any(new Random(seed)));
            EquationCase neurons = new EquationCase(read, 130, 1, seed % 2 == 0, seed);
            List<Integer> expected = neurons.run(new Graph(), 1, Interpreter::new);
            List<Integer> found = neurons.run(
                    new Lowering(),
                    1,
                    (program, shared) -> warm(LoopCompiler.compile(MethodHandles.lookup(), _ -> program, shared, BEST)
                            .loop()));
            assertEquals(expected, found, "seed " + seed);
        }
    }

    /** Returns a loop that has run until C2 has compiled it, over rows that are restored. */
    private static Loop warm(Loop loop) {
        return (frame, row, groups, delta) -> {
            List<byte[]> before = EquationCase.copies(frame);
            for (int round = 0; round < 150 && !isCompiled(loop); round++) {
                for (int i = 0; i < 1_000; i++) {
                    loop.run(frame, row, groups, delta);
                }
                Compilers.await();
            }
            assertTrue(isCompiled(loop), "C2 has not compiled " + loop);
            EquationCase.restore(frame, before);
            loop.run(frame, row, groups, delta);
        };
    }

    /** Returns true if all methods of a loop are in this JVM's list of compiled code at the highest level. */
    private static boolean isCompiled(Loop loop) {
        String best = ManagementFactory.getRuntimeMXBean().getInputArguments().contains("-XX:TieredStopAtLevel=1")
                ? "1"
                : "4";
        String list = Compilers.code();
        return Arrays.stream(loop.getClass().getDeclaredMethods())
                .filter(method -> method.getName().startsWith("part"))
                .allMatch(method -> list.lines()
                        .map(line -> line.strip().split("\\s+"))
                        .anyMatch(words -> words[1].equals(best)
                                && words[3].startsWith(loop.getClass().getName() + "." + method.getName() + "(")));
    }
}
