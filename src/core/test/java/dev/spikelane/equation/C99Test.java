package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.CCompiler;
import dev.spikelane.Tries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.Loop;
import dev.spikelane.loop.Program;
import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts in C have the bits of the interpreter. */
final class C99Test extends KernelCase {

    private static final int FEW = 10;
    private static final int MANY = 100;

    /** Keywords of C, and all functions. */
    private static final String AWKWARD = """
            neuron Awkward
            param double = 0.5, t1 = 2, spk_exp = 3, a_b = 4, a__b = 5, a_b_2 = 6
            state int = 1, i = 2, memcpy
            input float
            int = sqrt(abs(float)) + exp(double) * expm1(float) + log(abs(i))
            i = tanh(float) + sigmoid(int) + fma(float, t1, spk_exp) + 1e-45 * float
            memcpy = max(memcpy, -i) / float + a_b * a__b / a_b_2
            spike not (float > 3) and int >= i
            """;

    @TempDir
    private Path folder;

    private record Case(EquationCase neurons, Program program, Set<String> shared, String name) {}

    @ParameterizedTest
    @ValueSource(strings = {"gcc", "clang"})
    void textsHaveTheBitsOfTheInterpreter(String compiler) throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere(compiler));
        CLoops loops = new CLoops();
        List<Case> cases = new ArrayList<>();
        List<String> texts = new ArrayList<>(List.of(AWKWARD));
        Zoo.NAMES.forEach(name -> texts.add(Zoo.text(name)));
        for (int seed = 0; seed < (Tries.ALL ? MANY : FEW); seed++) {
            texts.add(RandomEquations.any(new Random(seed)));
        }
        for (int seed = 0; seed < texts.size(); seed++) {
            String text = texts.get(seed);
            EquationCase neurons = new EquationCase(EquationParser.parse(text), 70, 1 + seed % 2, seed % 3 == 0, seed);
            neurons.run(new Graph(), 1, (program, shared) -> {
                cases.add(new Case(neurons, program, shared, loops.add(program, shared)));
                return new Interpreter(program, shared);
            });
        }
        SymbolLookup library = loops.compile(compiler, folder, arena);
        int happening = 0;
        for (Case each : cases) {
            List<Integer> expected = each.neurons.run(new Graph(), 1, Interpreter::new);
            Loop loop = CLoops.loop(library, each.name, each.program, each.shared);
            assertEquals(expected, each.neurons.run(new Graph(), 1, (_, _) -> loop), each.name);
            happening += new HashSet<>(expected).size() < 4 ? 0 : 1;
        }
        assertTrue(happening > cases.size() * 3 / 4, "something happens in " + happening);
    }
}
