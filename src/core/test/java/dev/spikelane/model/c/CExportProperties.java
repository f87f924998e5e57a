package dev.spikelane.model.c;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.CCompiler;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.graph.RandomGraph;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random networks in C, compiled by one call, have Java's spikes. */
@Users
final class CExportProperties extends KernelCase {

    private static final int FEW = 4;
    private static final int MANY = 100;
    private static final int LONGEST_SEARCH = 100;

    @TempDir
    private Path folder;

    @Test
    void graphsFireAsHere() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
        int count = Tries.ALL ? MANY : FEW;
        check(count, i -> export(arena, i));
    }

    /** Chains of all types of integer weights. */
    @Test
    void integersFireAsHere() throws IOException, InterruptedException {
        assumeTrue(CCompiler.isThere("gcc"));
        check(RandomGraph.INTEGERS.size(), i -> {
            Network network = Networks.of(
                            new TorchRandom(i),
                            70,
                            dense(130, new Leaky(0.9f).withThreshold(0.1f)),
                            dense(66, new Leaky(0.8f).withThreshold(0.1f)))
                    .quantized(RandomGraph.INTEGERS.get(i));
            return CExport.of(Model.of(network).with(Model.CODE, "rate"))
                    .withName("g" + i)
                    .withTestSteps(8)
                    .withOutputs("lif1", "lif2");
        });
    }

    /** Returns the next graph that has a form in C. */
    private static CExport export(Arena arena, int seed) {
        for (int next = 0; next < LONGEST_SEARCH; next++) {
            Network network = new RandomGraph(arena, 1, 8, seed + 1_000L * next).network;
            try {
                String code = seed % 3 > 0 ? "rate" : seed % 2 == 0 ? "frame" : "pieces";
                CExport export = CExport.of(Model.of(network).with(Model.CODE, code))
                        .withName("g" + seed)
                        .withTestSteps(8)
                        .withOutputs(network.populations().stream()
                                .map(Population::name)
                                .toArray(String[]::new));
                export.text();
                return export;
            } catch (IllegalArgumentException refused) {
                assertTrue(String.valueOf(refused.getMessage()).contains("cannot be written in C"), refused::toString);
            }
        }
        throw new AssertionError("no graph can be written");
    }

    /** Compiles and runs the self-tests of networks named g0, g1 and so on. */
    private void check(int count, IntFunction<CExport> exports) throws IOException, InterruptedException {
        List<Path> files = new ArrayList<>();
        StringBuilder declared = new StringBuilder("#include <stdio.h>\n");
        StringBuilder called = new StringBuilder("int main(void)\n{\n    int wrong = 0;\n    char *none[] = {0};\n");
        for (int i = 0; i < count; i++) {
            Path file = folder.resolve("g" + i + ".c");
            Files.writeString(
                    file,
                    "#define G" + i + "_TEST\n" + exports.apply(i).text().replace("int main(", "int main" + i + "("));
            files.add(file);
            declared.append("int main").append(i).append("(int count, char **arguments);\n");
            called.append("    if (main%1$d(0, none)) { printf(\"in g%1$d\\n\"); wrong++; }%n".formatted(i));
        }
        Path main = folder.resolve("main.c");
        Files.writeString(main, declared.append(called).append("    return wrong;\n}\n"));
        files.add(main);
        Path program = folder.resolve("all");
        CCompiler.compile("gcc", files, program);
        String said = CCompiler.run(program.toString());
        assertEquals(
                "", said.lines().filter(line -> !line.endsWith(", as expected")).reduce("", (a, b) -> a + b + "\n"));
        assertTrue(said.lines().filter(line -> !line.contains(" 0 spikes")).count() > count / 2, said);
    }
}
